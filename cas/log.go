package cas

import (
	"context"
	"log/slog"
	"time"
)

// What a log record holds is listed here and nowhere else: no body, no header but the request id, no key.

func (c *core) logAttempt(ctx context.Context, op operation, info *ResponseInfo, bodyID string, took time.Duration) {
	if c.log == nil || !c.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	c.log.LogAttrs(ctx, slog.LevelDebug, "cas: answered", append(attempted(op, info, took), slog.String("body_request_id", c.key.scrubText(bodyID)))...)
}

func (c *core) logFailure(ctx context.Context, op operation, info *ResponseInfo, failure *Error, v verdict, took time.Duration) {
	if c.log == nil || !c.log.Enabled(ctx, slog.LevelWarn) {
		return
	}
	attrs := append(attempted(op, info, took),
		slog.String("error_type", string(failure.Type)), slog.String("error", failure.Message), slog.Bool("again", v.again))
	if v.again {
		attrs = append(attrs, slog.Duration("wait", v.delay))
	}
	c.log.LogAttrs(ctx, slog.LevelWarn, "cas: attempt failed", attrs...)
}

func attempted(op operation, info *ResponseInfo, took time.Duration) []slog.Attr {
	return []slog.Attr{
		slog.String("operation", op.name),
		slog.Int("attempt", info.Attempts),
		slog.Int("status", info.StatusCode),
		slog.Duration("duration", took),
		slog.Int64("bytes", info.Bytes),
		slog.String("request_id", info.RequestID),
	}
}

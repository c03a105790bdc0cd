// Package reuse lets package bulk ask package cas for a stream of responses that reuse memory. It is internal, because a consumer must be
// done with a response when it asks for the next one.
package reuse

import "context"

type asked struct{}

// Responses returns a context in which every response of cas.Client.StreamBatch gets the memory of the one before. A response is valid until
// the next one is asked for; its strings stay valid.
func Responses(ctx context.Context) context.Context { return context.WithValue(ctx, asked{}, true) }

// Asked reports whether ctx is from [Responses].
func Asked(ctx context.Context) bool { return ctx.Value(asked{}) != nil }

package cas

import (
	"context"
	"io"
	"net"
	"time"
)

// conn is a connection that takes the body of a request from where it lies, in one system call. Without it a body is copied through
// a buffer of 32 kB, which is made for each request and costs more than the copying.
type conn struct{ *net.TCPConn }

// dial connects as net/http's own transport does.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	c, err := dialer.DialContext(ctx, network, address)
	if tcp, ok := c.(*net.TCPConn); ok {
		return conn{tcp}, err
	}
	return c, err
}

// ReadFrom sends what r reads. For net/http that is a body behind a limit, its announced length.
func (c conn) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if body, ok := limited.R.(*bodyCursor); ok && body.left() <= limited.N {
			n, err := body.WriteTo(c.TCPConn)
			limited.N -= n
			return n, err
		}
	}
	return c.TCPConn.ReadFrom(r)
}

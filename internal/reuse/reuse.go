// Package reuse is a door between package bulk and package cas that is not open to others: a stream of responses that come in the memory
// of one another, for a consumer that is done with a response when it asks for the next one.
package reuse

import "context"

type asked struct{}

// Responses gives a context in which cas.Client.StreamBatch yields every response in the memory of the one before it. A response is good
// until the next one is asked for; its texts stay good.
func Responses(ctx context.Context) context.Context { return context.WithValue(ctx, asked{}, true) }

// Asked reports a context of [Responses].
func Asked(ctx context.Context) bool { return ctx.Value(asked{}) != nil }

package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
)

// twice is for a run that ends gently with ctx, at the first interruption, and at once with the context that it gives, at the second.
// What to expect is told.
func twice(ctx context.Context, tell func(string)) (hard context.Context, stop func()) {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-ctx.Done():
		case <-hard.Done():
			return
		}
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(again)
		tell("stopping: what is in flight finishes and is kept; interrupt again to end at once")
		select {
		case <-again:
			cancel()
		case <-hard.Done():
		}
	})
	return hard, func() { cancel(); watch.Wait() }
}

// resumeCommand is the command line that goes on with a run.
func (a *app) resumeCommand(x extraction) string {
	words := append([]string{"cas"}, a.args...)
	if !x.resume {
		words = append(words, "--resume")
	}
	for i, word := range words {
		words[i] = shellQuote(word)
	}
	return strings.Join(words, " ")
}

// shellQuote spells a word so that a POSIX shell reads it as one.
func shellQuote(word string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:@=,+%", r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// twice watches a run that the end of ctx (the first interrupt) stops gently. It calls now at the second interrupt, or after grace if that is
// not 0, and tells the user what happens.
func twice(ctx context.Context, grace time.Duration, tell func(string), now func()) (stop func()) {
	over, end := context.WithCancel(context.Background())
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-ctx.Done():
		case <-over.Done():
			return
		}
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(again)
		tell("stopping: what is in flight finishes and is kept; interrupt again to end at once")
		var late <-chan time.Time
		if grace > 0 {
			late = time.After(grace)
		}
		select {
		case <-again:
			now()
		case <-late:
			tell(fmt.Sprintf("what is in flight has not finished in %s (--grace): it is given up", duration(grace)))
			now()
		case <-over.Done():
		}
	})
	return func() { end(); watch.Wait() }
}

// commandLine writes a command line of this program for a POSIX shell.
func commandLine(args []string) string {
	words := append([]string{"cas"}, args...)
	for i, word := range words {
		words[i] = shellQuote(word)
	}
	return strings.Join(words, " ")
}

// shellQuote quotes a word for a POSIX shell, if it has to be quoted.
func shellQuote(word string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:@=,+%", r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

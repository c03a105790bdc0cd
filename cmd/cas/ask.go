package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// asker puts questions to a person at a terminal, or to a file of answers, a line each.
type asker struct {
	out   io.Writer
	lines <-chan string // closed where the answers end
	echo  bool          // answers are shown, for no terminal has shown them

	answers int // that were read
}

func newAsker(in io.Reader, out io.Writer) *asker {
	lines := make(chan string)
	go func() { // it may wait for a line when the program ends
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	file, ok := in.(*os.File)
	return &asker{out: out, lines: lines, echo: !ok || !term.IsTerminal(int(file.Fd()))}
}

// badAnswer is an answer that is not taken. Its text says what is, and the question is asked again.
type badAnswer struct{ error }

func (e badAnswer) Unwrap() error { return e.error }

func bad(format string, args ...any) error { return badAnswer{fmt.Errorf(format, args...)} }

// errNoAnswer is the end of the answers in front of a question.
var errNoAnswer = errors.New("the answers end here")

// ask asks until take has taken an answer.
func (q *asker) ask(ctx context.Context, prompt string, take func(answer string) error) error {
	for {
		fmt.Fprint(q.out, prompt+"> ")
		select {
		case <-ctx.Done():
			fmt.Fprintln(q.out)
			return ctx.Err()
		case line, more := <-q.lines:
			if !more {
				fmt.Fprintln(q.out)
				return errNoAnswer
			}
			q.answers++
			if q.echo {
				fmt.Fprintln(q.out, line)
			}
			err := take(strings.TrimSpace(line))
			if refused := (badAnswer{}); !errors.As(err, &refused) {
				return err
			}
			fmt.Fprintln(q.out, "cas:", err)
		}
	}
}

// Command answers prints how many records a journal has: one for each feature that was asked for, two where it was asked for twice.
package main

import (
	"fmt"
	"os"

	"github.com/community-attribute-service/cas-go/bulk/journal"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: answers JOURNAL")
		os.Exit(2)
	}
	state, err := journal.Inspect(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "answers:", err)
		os.Exit(1)
	}
	_, _ = fmt.Println(state.Records)
}

//go:build man

package manual

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// WritePages writes the manual page of a command and those of the commands below it into a folder.
func WritePages(c *cobra.Command, folder string) error {
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() && !below.IsAdditionalHelpTopicCommand() {
			if err := WritePages(below, folder); err != nil {
				return err
			}
		}
	}
	var page bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Source: "cas-go", Manual: "CAS, the Community Attribute Service"}
	if err := doc.GenMan(c, header, &page); err != nil {
		return err
	}
	const next = ".SH SEE ALSO" // cobra has no place for more sections; they belong before this one
	before, after, found := strings.Cut(page.String(), next)
	if !found {
		return fmt.Errorf("the page of %s has no %s", c.CommandPath(), next)
	}
	for _, section := range Of(c) {
		before += section.Roff()
	}
	name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
	return os.WriteFile(filepath.Join(folder, name), []byte(before+next+after), 0o644)
}

// Package manual has what the help and the manual page of each command of cas say about exit codes and files.
package manual

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// manual is what one command says.
type manual struct {
	failed  string // what exit code 1 means; "" is the general meaning
	usage   string // what exit code 2 means; "" is the general meaning
	partial string // what exit code 3 means; "" means that the command does not end with it
	files   []Entry
}

// Entry is a line of a section.
type Entry struct {
	Name string // of an exit code or a file
	Text string // what it means
}

// Section is a part of a manual page.
type Section struct {
	Title   string  // such as EXIT STATUS
	Entries []Entry // in the order of the page
}

var (
	featureFile = Entry{"FILE", "the features; only read"}
	errorsFile  = Entry{"STEM.errors.csv", "a line for each dataset that a feature lacks: id, dataset, (period,) reason, service, time"}
	metaFile    = Entry{"STEM.meta.json", "parameters, columns, units, counts, licences, citations, sessions; see 'cas schema meta'"}
	journalFile = Entry{"STEM.journal", "every answer as it arrives, from which the same command resumes; locked while a run uses it"}
	tableFile   = Entry{"FILE", "the table, as named by -o; STEM is its name without the ending. It appears when it is complete"}
	cacheFile   = Entry{"CACHE/cas-go/catalog-*.json", "ids and names of the service's catalog, kept for a day; CACHE is your cache folder, ~/.cache on Linux"}
)

// manuals has an entry for every command, by its path without "cas"; those of completion share one.
var manuals = map[string]manual{
	"": {
		failed: "the command or the run failed", partial: "some features or datasets failed; the others are there",
		files: []Entry{cacheFile},
	},
	"cite":       {partial: "some of the datasets are not known; the others are printed"},
	"completion": {files: []Entry{cacheFile}},
	"convert": {
		failed: "the table was not written", usage: "the command line is wrong, there is no journal, or FILE exists",
		partial: "the table is written; it lacks what failed in the run",
		files: []Entry{
			{"JOURNAL", "the journal of the run, and its STEM.meta.json; only read"},
			{"INPUT", "the features of the run; only read"},
			tableFile, errorsFile, metaFile,
		},
	},
	"datasets": {},
	"demo": {files: []Entry{
		{"DIR/basins.geojson", "the sub-basins; DIR is the folder of --out"},
		{"DIR/attributes.csv", "the table, with attributes.errors.csv, attributes.meta.json and attributes.journal beside it"},
		{"DIR/elevation.svg, .html", "the map"},
	}},
	"describe": {failed: "the file cannot be read", files: []Entry{featureFile}},
	"doctor":   {failed: "a check failed", files: []Entry{cacheFile}},
	"extract": {
		failed:  "the run failed; with -o, the same command resumes it",
		usage:   "the command line is wrong, the journal is of a run with other parameters, or the reference system is not supported",
		partial: "some features or datasets failed, the others are there; the same command asks again. --partial-ok makes it 0",
		files: []Entry{
			{"INPUT", "the features; only read"},
			tableFile, errorsFile, metaFile, journalFile,
			{"STEM.spool", "the features of standard input, until the table is written"},
			{"STEM.0003-of-0016.*", "with --shard: the table of the shard and the files beside it"},
			{"STEM.0003-of-0016.shard.json", "with --shard: which part of which run the table is, for 'cas merge'"},
			{"*.cas-*.tmp", "a file that is being written; the next run removes those of a killed run"},
			{"TMPDIR/cas-*", "without -o: the table and its journal, removed at the end"},
			cacheFile,
		},
	},
	"health": {failed: "the service does not answer, or answers with an error"},
	"help":   {},
	"init":   {failed: "the answers ended too early, or the file cannot be read", files: []Entry{featureFile}},
	"journal": {
		failed: "the journal cannot be read, or records are damaged; the next run asks for their features again",
		usage:  "the command line is wrong, or there is no journal",
		files:  []Entry{{"FILE", "the journal, or the table beside it; only read, even while a run writes it"}},
	},
	"local": {failed: "the service did not start"},
	"map": {failed: "the map was not drawn", files: []Entry{
		{"TABLE", "the table, and its STEM.meta.json; only read"},
		{"FEATURES", "the features that the table was made from; only read"},
		{"FILE", "the picture of -o"},
	}},
	"mcp": {files: []Entry{
		{"ROOT/*", "with --root: the files of features that it reads, and the tables that it writes, with the files beside them"},
	}},
	"merge": {
		failed:  "the shards do not make a whole table; standard output has the numbers of those to run again",
		partial: "the table is written; some features failed in their shards",
		files: []Entry{
			{"SHARD", "the table of a shard; only read, as are its .errors.csv and .shard.json"}, tableFile, errorsFile, metaFile,
		},
	},
	"provider":  {files: []Entry{cacheFile}},
	"providers": {},
	"schema":    {},
	"validate":  {failed: "the file cannot be read to its end", partial: "some features are bad", files: []Entry{featureFile}},
	"version":   {},
}

// Of gives the sections that the help of a command ends with.
func Of(c *cobra.Command) []Section {
	m := manuals[nameOf(c)]
	status := []Entry{
		{"0", "success"},
		{"1", cmp.Or(m.failed, "the command failed; standard error says why")},
		{"2", cmp.Or(m.usage, "the command line is wrong")},
	}
	if m.partial != "" {
		status = append(status, Entry{"3", m.partial})
	}
	all := []Section{{"EXIT STATUS", status}}
	if len(m.files) > 0 {
		all = append(all, Section{"FILES", m.files})
	}
	return all
}

// Known reports whether the table has an entry for a command.
func Known(c *cobra.Command) bool {
	_, ok := manuals[nameOf(c)]
	return ok
}

// nameOf is the key of a command: "extract", "completion" for those below it, "" for cas itself.
func nameOf(c *cobra.Command) string {
	words := strings.Fields(c.CommandPath())
	if len(words) < 2 {
		return ""
	}
	return words[1]
}

// AddTo lets the help of all commands end with their sections.
func AddTo(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		help(c, args)
		for _, s := range Of(c) {
			s.Print(c.OutOrStdout())
		}
	})
}

// Print writes the section as text for a terminal.
func (s Section) Print(w io.Writer) {
	fmt.Fprintf(w, "\n%s:\n", s.Title)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, e := range s.Entries {
		fmt.Fprintf(t, "  %s\t%s\n", e.Name, e.Text)
	}
	_ = t.Flush() // a terminal that is gone is told nothing
}

// Roff is the section in the language of manual pages.
func (s Section) Roff() string {
	escape := strings.NewReplacer(`\`, `\\`, "-", `\-`)
	var out strings.Builder
	fmt.Fprintf(&out, ".SH %s\n", s.Title)
	for _, e := range s.Entries {
		fmt.Fprintf(&out, ".TP\n\\fB%s\\fP\n\\&%s\n", escape.Replace(e.Name), escape.Replace(e.Text))
	}
	return out.String()
}

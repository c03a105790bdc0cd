package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/mcpserver"
)

func (a *app) mcpCommand() *cobra.Command {
	var root string
	c := &cobra.Command{
		Use:   "mcp",
		Short: "Serve agents by the Model Context Protocol, on standard input and output",
		Long: `Serve an agent (a program with a language model) by the Model Context Protocol (MCP), on standard input and output. The agent can search
and describe datasets, extract the attributes of a geometry, and cite. The server contacts only the service's host. It reads the key
only from CAS_API_KEY, and no answer contains it.

With --root, the agent can also describe files of features in that folder, and make tables of attributes there. A name that leads out of
the folder, by .. or by a link, is refused. The server replaces only files that such a run has written.`,
		Example: `  claude mcp add cas -- cas mcp --url https://cas.example.com --root ~/basins`,
		Args:    exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(func(client *cas.Client) error { return a.serveMCP(c.Context(), client, root) })
		},
	}
	c.Flags().StringVar(&root, "root", "", "folder of files to read and of tables to write (default: none, and no tools for files)")
	return c
}

func (a *app) serveMCP(ctx context.Context, client *cas.Client, root string) error {
	server, err := mcpserver.New(mcpserver.Config{
		Client: client, Key: os.Getenv("CAS_API_KEY"), ServiceURL: a.serviceURL(), Root: root,
		Program: fmt.Sprintf("cas-go %s, for CAS %s", cas.Version(), api.ServiceVersion),
	})
	if err != nil {
		return usage("--root: %w", err)
	}
	err = server.Run(ctx, &mcp.IOTransport{Reader: io.NopCloser(a.in), Writer: unclosed{a.out}, MaxLineLength: mcpserver.MostMessage})
	if errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// unclosed does not close standard output.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

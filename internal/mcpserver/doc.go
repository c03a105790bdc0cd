// Package mcpserver is the server of `cas mcp`: it lets a program that talks (an agent) use CAS by the Model Context Protocol.
//
//	server.go    [Config], [Server] and what all tools share
//	datasets.go  search_datasets, describe_dataset, cite: the catalog
//	extract.go   extract: one geometry
//	runs.go      extract_file, run_status: a file into a table, in the background
//	file.go      describe_file
//	folder.go    which files the tools may read and write
//	resources.go the catalog and the guide
//
// A [Server] serves one client over one transport; [Server.Run] returns when the client has gone, after the runs in the background have
// come to a stop. It asks no host but the service's, and the key is in none of its answers.
package mcpserver

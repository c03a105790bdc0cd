// Package api embeds the contract: the OpenAPI 3.1 document that everything else in this module is generated from or checked against.
package api

import _ "embed"

// Document is openapi.yaml, the HTTP contract of CAS as its running service keeps it.
//
//go:embed openapi.yaml
var Document []byte

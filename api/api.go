// Package api embeds the contract: the OpenAPI 3.1 document that everything else in this module is generated from or checked against.
package api

import _ "embed"

// Document is openapi.yaml, the HTTP contract of CAS as its running service keeps it.
//
//go:embed openapi.yaml
var Document []byte

// ServiceVersion is the version of the service whose wire the document describes.
const ServiceVersion = "0.4.0"

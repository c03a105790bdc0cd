// Package contract holds the proofs that the parts of this project agree with one another and with the running service:
//
//   - the document api/openapi.yaml is valid, and complete where a validator does not look (document_test.go);
//   - it describes what was captured from the service, request and response (captures_test.go, requests_test.go, responses_test.go),
//     and nothing else (mutations_test.go);
//   - package gen is what the document gives, and loses nothing of a captured answer (generated_test.go, lossless_test.go);
//   - where the document departs from the service's own, a reviewed list says why ([Drift], reviewed_test.go).
//
// Package exchange checks one HTTP exchange against the document, package facts compares two documents.
package contract

// Package gen holds the models and the low-level HTTP client that oapi-codegen writes from api/openapi.yaml,
// and the decoders that internal/gendecode writes from the models.
// Nothing in it is edited by hand: change the document, run `make generate`. Users import package cas.
package gen

//go:generate go run ../internal/gendecode -client ../api/client.codegen.yaml -o . -facade ../cas AttributeResponse BatchAttributeResponse ProviderListResponse ProviderDetail DatasetListResponse Health

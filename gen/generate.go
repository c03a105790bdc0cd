// Package gen holds the models and the low-level HTTP client that oapi-codegen writes from api/openapi.yaml,
// and the decoders that internal/gendecode writes from the models.
// Nothing in it is edited by hand: change the document, run `make generate`. Users import package cas.
package gen

//go:generate go tool -modfile=../tools/go.mod oapi-codegen -config ../api/types.codegen.yaml -o types.gen.go ../api/openapi.yaml
//go:generate go tool -modfile=../tools/go.mod oapi-codegen -config ../api/client.codegen.yaml -o client.gen.go ../api/openapi.yaml
//go:generate go run ../internal/gendecode -types types.gen.go -o decode.gen.go AttributeResponse BatchAttributeResponse ProviderListResponse ProviderDetail DatasetListResponse Health

package gen_test

import (
	"context"
	stdjson "encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/gen"
)

// models are the kinds of answer, each compared by the function that its name stands for.
var models = []struct {
	name    string
	compare func(t *testing.T, text []byte) (accepted bool)
}{
	{"AttributeResponse", compare[gen.AttributeResponse]},
	{"BatchAttributeResponse", compare[gen.BatchAttributeResponse]},
	{"ProviderListResponse", compare[gen.ProviderListResponse]},
	{"ProviderDetail", compare[gen.ProviderDetail]},
	{"DatasetListResponse", compare[gen.DatasetListResponse]},
	{"Health", compare[gen.Health]},
}

// compare reads text by the generated decoder and by json v2 and fails unless both give the same value or both an error.
// The text is overwritten before the values are compared: nothing in them may point into it.
func compare[T gen.Model](t *testing.T, text []byte) (accepted bool) {
	t.Helper()
	var want, got T
	wantErr := json.Unmarshal(text, &want)
	own := append([]byte(nil), text...)
	err := gen.Decode(context.Background(), own, &got)
	for i := range own {
		own[i] = 'x'
	}
	require.Equalf(t, wantErr == nil, err == nil, "%T of %.300q: json v2 says %v, the decoder %v", got, text, wantErr, err)
	if err != nil {
		return false
	}
	if difference := differ(reflect.ValueOf(want), reflect.ValueOf(got), ""); difference != "" {
		t.Fatalf("%T of %.300q: %s", got, text, difference)
	}
	return true
}

// differ says where two values differ; NaN is NaN, and the sign of 0 counts.
func differ(a, b reflect.Value, at string) string {
	switch a.Kind() {
	case reflect.Float64:
		if math.Float64bits(a.Float()) != math.Float64bits(b.Float()) && !(math.IsNaN(a.Float()) && math.IsNaN(b.Float())) {
			return fmt.Sprintf("%s: %v, %v", at, a, b)
		}
		return ""
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			break
		}
		return differ(a.Elem(), b.Elem(), at)
	case reflect.Struct:
		for i := range a.NumField() {
			if d := differ(a.Field(i), b.Field(i), at+"."+a.Type().Field(i).Name); d != "" {
				return d
			}
		}
		return ""
	case reflect.Slice:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return fmt.Sprintf("%s: %d (nil %v), %d (nil %v)", at, a.Len(), a.IsNil(), b.Len(), b.IsNil())
		}
		fallthrough
	case reflect.Array:
		for i := range a.Len() {
			if d := differ(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", at, i)); d != "" {
				return d
			}
		}
		return ""
	default:
		if !a.Equal(b) {
			return fmt.Sprintf("%s: %v, %v", at, a, b)
		}
		return ""
	}
	if a.IsNil() != b.IsNil() {
		return fmt.Sprintf("%s: nil %v, nil %v", at, a.IsNil(), b.IsNil())
	}
	return ""
}

// captured gives the bodies of the answers that the running service gave.
func captured(tb testing.TB) (bodies []string) {
	tb.Helper()
	files, err := filepath.Glob("../internal/contract/testdata/captures/*.json")
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(tb, err)
		var capture struct {
			Response struct {
				Text string `json:"body_text"`
			} `json:"response"`
		}
		require.NoError(tb, stdjson.Unmarshal(text, &capture), name)
		bodies = append(bodies, capture.Response.Text)
	}
	return bodies
}

func TestDecodeCaptured(t *testing.T) {
	t.Parallel()
	accepted := map[string]int{}
	for _, body := range captured(t) {
		for _, m := range models {
			if m.compare(t, []byte(body)) {
				accepted[m.name]++
			}
		}
	}
	for _, m := range models {
		assert.NotZero(t, accepted[m.name], m.name)
	}
}

// odd are texts that decoders tend to get wrong, as responses and inside results.
var odd = []string{
	``, ` `, `null`, `nul`, `{`, `{}`, `{} `, `{}x`, `{}{}`, `[]`, `1`, `"x"`, `true`, "\xef\xbb\xbf{}", `{,}`, `{"request_id":"a",}`,
	`{"request_id":null,"results":null,"warnings":null,"elapsed_ms":null}`, `{"request_id":"a"  , "elapsed_ms" : 1 }`,
	`{"elapsed_ms":1,"request_id":"a"}`, `{"request_id":"a","request_id":"b"}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":{"b":1,"b":2}}`,
	`{"request_id":"a","\u0072equest_id":"b"}`, `{"\u0072equest_id":"a"}`, `{"Request_ID":"a"}`, `{"request_id":1}`, `{"request_id":true}`,
	`{"x":1"request_id":"a"}`, `{"x":1,,"request_id":"a"}`, `{"request_id" "a"}`, `{"request_id":"a" "geometry_hash":"b"}`, `{request_id:"a"}`,
	`{"request_id":"\ud83d\ude00"}`, `{"request_id":"\ud83d"}`, `{"request_id":"\ude00"}`, `{"request_id":"\ud83dx"}`, `{"request_id":"\u00"}`,
	`{"request_id":"\x"}`, `{"request_id":"a\"b\\c\/d\b\f\n\r\t"}`, "{\"request_id\":\"a\nb\"}", "{\"request_id\":\"\xff\"}", "{\"\xff\":1}",
	"{\"request_id\":\"\xed\xa0\x80\"}", `{"request_id":"forêt 森"}`, `{"request_id":"a`, `{"request_id":"a\`, `{"request_id":"a\"`,
	`{"elapsed_ms":-0}`, `{"elapsed_ms":1.0}`, `{"elapsed_ms":1e3}`, `{"elapsed_ms":01}`, `{"elapsed_ms":-}`, `{"elapsed_ms":+1}`, `{"elapsed_ms":"1"}`,
	`{"elapsed_ms":9223372036854775807}`, `{"elapsed_ms":9223372036854775808}`, `{"elapsed_ms":-9223372036854775808}`, `{"elapsed_ms":-9223372036854775809}`,
	`{"elapsed_ms":999999999999999999999999}`, `{"elapsed_ms":1x}`, `{"elapsed_ms":1 x}`, `{"elapsed_ms": -7}`, `{"elapsed_ms":--7}`,
	`{"warnings":["a",null,"b"]}`, `{"warnings":[]}`, `{"warnings":["a",]}`, `{"warnings":[,"a"]}`, `{"warnings":["a" "b"]}`, `{"warnings":{}}`,
	`{"warnings":["a"`, `{"warnings":[1]}`, `{"warnings":[ "a" , "b" ] }`, `{"results":[null,{}]}`, `{"results":{}}`, `{"results":[[]]}`, `{"results":[{}}`,
	`{"unknown":[1,{"a":[true,false,null,"x\u0000"]},-1.5e-3]}`, `{"unknown":1e999}`, `{"unknown":tru}`, `{"unknown":-}`, `{"unknown":1.}`, `{"unknown":01}`,
	`{"unknown":{"a":1]}`, `{"unknown":"\ud800"}`, `{"unknown":[1,]}`, `{"unknown":truex}`, `{"unknown":`, `{"unknown":1`, `{"unknown":[`,
	`{"request_id":nullx}`, `{"request_id":"a\\","geometry_hash":"a\\"}`,
}

// oddMembers are members of a result.
var oddMembers = []string{
	`"value":388.0`, `"value":-0.0`, `"value":0`, `"value":1e400`, `"value":1e-400`, `"value":-1E+2`, `"value":1.152921504606847e+18`, `"value":5e-324`,
	`"value":0.30000000000000004`, `"value":9007199254740993`, `"value":9007199254740992`, `"value":9007199254740993.0`, `"value":12345678901234567890`,
	`"value":123456789012345678901234567890.5`, `"value":0.0000000000000000000000001`, `"value":1.7976931348623157e308`, `"value":1.7976931348623159e308`,
	`"value":1.`, `"value":.5`, `"value":00`, `"value":-`, `"value":NaN`, `"value":Infinity`, `"value":true`, `"value":"1"`, `"value":[1]`, `"value":null`,
	`"value":{}`, `"value":{"0":0.25,"1":0.75}`, `"value":{"1":0.75,"0":0.25}`, `"value":{"1":null}`, `"value":{"1":1,"1":2}`, `"value":{"b":1,"a":2,"b":3}`,
	`"value":{"1":"1"}`, `"value":{"1":1,}`, `"value":{"1" 1}`, `"value":{ "1" : 1 , "2" : 2 }`, `"value":{"forêt":1,"a\"b":2,"\u0061":3,"a":4}`, `"value":{"1":1e999}`,
	`"coverage_fraction":1e3`, `"coverage_fraction":null`, `"coverage_fraction":"1"`, `"coverage_fraction":0.1`, `"coverage_fraction":{}`,
	`"timestamp":"2020-01-02T03:04:05"`, `"timestamp":"2020-01-02"`, `"timestamp":"2020\u002d01-02"`, `"timestamp":""`, `"timestamp":"x"`, `"timestamp":null`,
	`"timestamp":1`, `"timestamp":"2020-02-30"`, `"timestamp":"1900-01-01T00:00:00-04:56"`,
	`"valid_range":[0,1]`, `"valid_range":[null,1.5]`, `"valid_range":[ -500.0 , 9000.0 ]`, `"valid_range":[0]`, `"valid_range":[0,1,2]`, `"valid_range":[]`,
	`"valid_range":null`, `"valid_range":"x"`, `"valid_range":[0,"1"]`, `"valid_range":[0,1,]`, `"valid_range":[0,1`, `"pixel_count":4294967296`, `"pixel_count":true`,
	`"aggregation":"mean"`, `"aggregation":"of tomorrow"`, `"aggregation":null`, `"quality":7`,
}

// oddTexts are all of these as answers of every kind.
func oddTexts() []string {
	texts := append([]string(nil), odd...)
	for _, member := range oddMembers {
		result := `{"dataset_id":"a:b",` + member + `}`
		texts = append(texts, `{"results":[`+result+`]}`, `{"responses":[{"results":[`+result+`,`+result+`]},{"results":[`+result+`]}]}`)
	}
	for _, text := range odd {
		texts = append(texts, `{"responses":[`+text+`]}`, `{"datasets":[`+text+`]}`, `{"cache":`+text+`}`, `{"responses":[{},`+text+`]}`)
	}
	return append(texts,
		`{"datasets":[{"variables":[{"nodata_value":-9999,"valid_range":[0,1]},{"nodata_value":null}],"resolution_m":null,"bbox":{"min_lon":-180}}]}`,
		`{"datasets":[{"temporal":{"start":"2020-01-01","end":null,"temporal_type":"static"},"resolution_m":"x"}],"total":1.5}`,
		`{"total":9223372036854775808}`, `{"bbox":null,"datasets":[{"bbox":null,"temporal":null,"variables":null}]}`)
}

func TestDecodeOdd(t *testing.T) {
	t.Parallel()
	for _, text := range oddTexts() {
		for _, m := range models {
			m.compare(t, []byte(text))
		}
	}
}

// Every beginning of a text is refused, as is every text with a byte changed that json v2 refuses.
func TestDecodeCutAndChanged(t *testing.T) {
	t.Parallel()
	text := string(batchText(2, 3))
	for n := range len(text) {
		compare[gen.BatchAttributeResponse](t, []byte(text[:n]))
	}
	for n := range len(text) {
		for _, c := range []byte{'"', '\\', 'x', ',', '}', ']', 0, 0xff, '1', '-', ' '} {
			changed := []byte(text)
			changed[n] = c
			compare[gen.BatchAttributeResponse](t, changed)
		}
	}
}

func TestDecodeDepth(t *testing.T) {
	t.Parallel()
	for n := 9990; n <= 10005; n++ {
		nested := strings.Repeat("[", n) + strings.Repeat("]", n)
		compare[gen.AttributeResponse](t, []byte(`{"x":`+nested+`}`))
		compare[gen.AttributeResponse](t, []byte(`{"results":[{"x":`+nested+`}]}`))
		compare[gen.AttributeResponse](t, []byte(`{"results":[{"x":1}],"y":["]",`+nested+`]}`))
	}
}

func TestDecodeErrorsSayWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{`{"results":[{},{"pixel_count":"x"}]}`, `/results/1/pixel_count: wants an integer, at byte 30`},
		{`{"results":[{"value":[]}]}`, `/results/0/value: wants a number, an object of shares or null, at byte 21`},
		{`{"request_id":"a"}x`, `JSON: text follows the JSON value, at byte 18`},
		{`{"request_id":"a"`, `/request_id: the text ends too early, at byte 17`},
	} {
		var v gen.AttributeResponse
		assert.EqualError(t, gen.Decode(t.Context(), []byte(c.text), &v), c.want)
	}
}

// What repeats is shared, which is what makes large answers small.
func TestDecodeShares(t *testing.T) {
	text := batchText(200, 10)
	var v gen.BatchAttributeResponse
	results := 0
	allocations := testing.AllocsPerRun(3, func() {
		v = gen.BatchAttributeResponse{}
		require.NoError(t, gen.Decode(context.Background(), text, &v))
		results = 0
		for _, response := range v.Responses {
			results += len(response.Results)
		}
	})
	require.Equal(t, 2000, results)
	assert.Less(t, allocations/float64(results), 0.5, "allocations per result")
}

func FuzzDecode(f *testing.F) {
	for _, body := range captured(f) {
		if len(body) < 20_000 {
			f.Add(body)
		}
	}
	for _, text := range oddTexts() {
		f.Add(text)
	}
	f.Add(string(batchText(3, 3)))
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range models {
			m.compare(t, []byte(text))
		}
	})
}

package castest

import (
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/community-attribute-service/cas-go/cas"
)

// query reads the parameters of a list, and collects what is wrong with them. They are read in the order in which problems are
// reported: filter, then page.
type query struct {
	values map[string]string // the last one where a name occurs twice
	problems
}

func newQuery(x *exchange) *query {
	q := &query{values: map[string]string{}}
	for _, pair := range strings.Split(x.URL.RawQuery, "&") {
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			q.values[unescape(name)] = unescape(value)
		}
	}
	return q
}

// unescape decodes what can be decoded.
func unescape(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		return text(strings.ReplaceAll(s, "+", " "))
	}
	return text(decoded)
}

func (q *query) refused(id string) (reply, bool) {
	if !q.found() {
		return reply{}, false
	}
	return q.answer(id), true
}

// page is the part of a list that is asked for.
type page struct {
	limit  int
	offset *big.Int // of any size
}

// span is the part that there is.
type span struct{ from, to int }

func (s span) count() int { return s.to - s.from }

const (
	defaultLimit = 100
	maxLimit     = 1000
)

func (q *query) page() page {
	limit := q.integer("limit", defaultLimit, 1, maxLimit)
	offset := q.integer("offset", 0, 0, -1)
	return page{int(limit.Int64()), offset}
}

func (p page) of(total int) span {
	if !p.offset.IsInt64() || p.offset.Int64() >= int64(total) {
		return span{}
	}
	from := int(p.offset.Int64())
	return span{from, min(from+p.limit, total)}
}

func (p page) appendHead(b []byte, total, count int) []byte {
	b = appendInt(append(b, `{"total":`...), int64(total))
	b = appendInt(append(b, `,"limit":`...), int64(p.limit))
	b = p.offset.Append(append(b, `,"offset":`...), 10)
	b = appendInt(append(b, `,"count":`...), int64(count))
	return append(b, ',')
}

// pythonInt is what pydantic takes for an integer in a text: also with digits set apart, or a fraction of zeros.
var pythonInt = regexp.MustCompile(`^([+-]?[0-9]+(?:_[0-9]+)*)(?:\.0+)?$`)

// integer reads an integer of at least low and, unless that is negative, at most high.
func (q *query) integer(name string, absent, low, high int64) *big.Int {
	value, given := q.values[name]
	if !given {
		return big.NewInt(absent)
	}
	at := inQuery.member(name)
	m := pythonInt.FindStringSubmatch(strings.TrimSpace(value))
	if m == nil {
		q.addText("int_parsing", at, noInteger, value, "")
		return big.NewInt(absent)
	}
	n, _ := new(big.Int).SetString(strings.TrimPrefix(strings.ReplaceAll(m[1], "_", ""), "+"), 10)
	switch {
	case n.Cmp(big.NewInt(low)) < 0:
		bound := strconv.FormatInt(low, 10)
		q.addText("greater_than_equal", at, "Input should be greater than or equal to "+bound, value, `{"ge":`+bound+`}`)
	case high >= 0 && n.Cmp(big.NewInt(high)) > 0:
		bound := strconv.FormatInt(high, 10)
		q.addText("less_than_equal", at, "Input should be less than or equal to "+bound, value, `{"le":`+bound+`}`)
	}
	return n
}

func (q *query) filter() filter {
	return filter{
		provider: q.values["provider"], variable: q.values["variable"],
		temporal: q.temporal(), finest: q.number("min_resolution"), coarsest: q.number("max_resolution"),
		box: q.box(),
	}
}

func (q *query) temporal() string {
	value, given := q.values["temporal_type"]
	kinds := []string{"static", "annual", "monthly", "daily", "hourly", "climatology"}
	if given && !slices.Contains(kinds, value) {
		message, context := oneOf(kinds...)
		q.addText("enum", inQuery.member("temporal_type"), message, value, context)
	}
	return value
}

func (q *query) number(name string) *float64 {
	value, given := q.values[name]
	if !given {
		return nil
	}
	f, ok := pythonFloat(value)
	if !ok {
		q.addText("float_parsing", inQuery.member(name), noNumber, value, "")
	}
	return &f
}

// pythonNumber is what Python's float takes, space around it aside.
var pythonNumber = regexp.MustCompile(strings.ReplaceAll(`^[+-]?(?i:inf|infinity|nan|(?:D\.?|D\.D|\.D)(?:e[+-]?D)?)$`, "D", `[0-9]+(?:_[0-9]+)*`))

func pythonFloat(value string) (float64, bool) {
	value = strings.TrimSpace(value)
	if !pythonNumber.MatchString(value) {
		return 0, false
	}
	f, _ := strconv.ParseFloat(strings.ReplaceAll(value, "_", ""), 64) // its only error left is the range, and then it is infinite
	return f, true
}

// boxPattern is the service's, and is sent back. Its \d takes the digits of every script.
const boxPattern = `^-?\d+(\.\d+)?,-?\d+(\.\d+)?,-?\d+(\.\d+)?,-?\d+(\.\d+)?$`

var box = regexp.MustCompile(strings.ReplaceAll(boxPattern, `\d`, `[0-9]`))

func (q *query) box() *cas.BoundingBox {
	value, given := q.values["bbox"]
	if !given {
		return nil
	}
	plain := strings.Map(westernDigit, value)
	if !box.MatchString(plain) {
		const message = "String should match pattern '" + boxPattern + "'"
		q.addText("string_pattern_mismatch", inQuery.member("bbox"), message, value, textContext("pattern", boxPattern))
		return nil
	}
	var edges [4]float64
	for i, edge := range strings.Split(plain, ",") {
		edges[i], _ = strconv.ParseFloat(edge, 64)
	}
	return &cas.BoundingBox{MinLon: edges[0], MinLat: edges[1], MaxLon: edges[2], MaxLat: edges[3]}
}

// westernDigit turns a decimal digit of any script into ours.
func westernDigit(r rune) rune {
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return r
	}
	zero := r // digits stand in runs of ten, each from its zero on
	for unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + (r-zero)%10
}

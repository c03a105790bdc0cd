package geoparquet

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	pq "github.com/parquet-go/parquet-go/format"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// toJSON returns a value that is not null as JSON.
type toJSON func(parquet.Value) (json.RawMessage, error)

func plain(text string) (json.RawMessage, error) { return format.Text(text) }

// propertyOf returns the conversion of a type to JSON, and its name. ok is false for a type that is not read.
func propertyOf(t parquet.Type) (convert toJSON, name string, ok bool) {
	var logical pq.LogicalTypeValue
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	switch l := logical.(type) {
	case *pq.StringType, *pq.EnumType, *pq.JsonType:
		return func(v parquet.Value) (json.RawMessage, error) { return format.Text(v.ByteArray()) }, "string", true
	case *pq.DecimalType:
		return func(v parquet.Value) (json.RawMessage, error) { return plain(decimal(unscaled(v), int(l.Scale))) }, strings.ToLower(l.String()), true
	case *pq.DateType:
		return func(v parquet.Value) (json.RawMessage, error) {
			return plain(time.Unix(int64(v.Int32())*secondsPerDay, 0).UTC().Format(time.DateOnly))
		}, "date", true
	case *pq.TimestampType:
		if l.Unit.Value == nil {
			return nil, "", false
		}
		return func(v parquet.Value) (json.RawMessage, error) {
			return plain(moment(v.Int64(), l.Unit.Value.Duration(), l.IsAdjustedToUTC))
		}, "timestamp", true
	case *pq.TimeType:
		if l.Unit.Value == nil {
			return nil, "", false
		}
		return func(v parquet.Value) (json.RawMessage, error) {
			return plain(time.Time{}.Add(time.Duration(integer(v)) * l.Unit.Value.Duration()).Format("15:04:05.999999999"))
		}, "time", true
	case *pq.IntType:
		if !l.IsSigned {
			return unsigned, "unsigned integer", true
		}
	case *pq.UUIDType:
		return func(v parquet.Value) (json.RawMessage, error) {
			h := hex.EncodeToString(v.ByteArray())
			return plain(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
		}, "uuid", t.Length() == 16
	case *pq.NullType: // of a column without a value
		return func(parquet.Value) (json.RawMessage, error) { return format.Null, nil }, "null", true
	case *pq.Float16Type:
		return nil, "float16", false
	}
	switch t.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) (json.RawMessage, error) { return json.Marshal(v.Boolean()) }, "boolean", true
	case parquet.Int32, parquet.Int64:
		return func(v parquet.Value) (json.RawMessage, error) { return format.Integer(integer(v)), nil }, "integer", true
	case parquet.Int96:
		return func(v parquet.Value) (json.RawMessage, error) { return plain(int96(v.Int96())) }, "timestamp", true
	case parquet.Float:
		return func(v parquet.Value) (json.RawMessage, error) { return format.Number(float64(v.Float()), 32), nil }, "float", true
	case parquet.Double:
		return func(v parquet.Value) (json.RawMessage, error) { return format.Number(v.Double(), 64), nil }, "double", true
	default:
		return nil, "binary", false
	}
}

// numberOf returns a function that reads coordinates of a type; nil if the type is not a number.
func numberOf(t parquet.Type) func(parquet.Value) float64 {
	if l := t.LogicalType(); l != nil {
		if d, ok := l.Value.(*pq.DecimalType); ok { // such as numbers written in the SQL of DuckDB
			return func(v parquet.Value) float64 {
				f, err := strconv.ParseFloat(decimal(unscaled(v), int(d.Scale)), 64)
				if err != nil {
					return math.NaN()
				}
				return f
			}
		}
	}
	if _, name, ok := propertyOf(t); !ok || name != "integer" && name != "float" && name != "double" {
		return nil
	}
	switch t.Kind() {
	case parquet.Float:
		return func(v parquet.Value) float64 { return float64(v.Float()) }
	case parquet.Double:
		return parquet.Value.Double
	default:
		return func(v parquet.Value) float64 { return float64(integer(v)) }
	}
}

func integer(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

func unsigned(v parquet.Value) (json.RawMessage, error) {
	if v.Kind() == parquet.Int32 {
		return format.Integer(int64(v.Uint32())), nil
	}
	return new(big.Int).SetUint64(v.Uint64()).Append(nil, 10), nil
}

const (
	secondsPerDay = 24 * 60 * 60
	isoTime       = "2006-01-02T15:04:05.999999999"
)

// moment returns a time since 1970 in ISO 8601, with a Z if it is in UTC and without if it is local.
func moment(n int64, unit time.Duration, utc bool) string {
	perSecond := int64(time.Second / unit)
	seconds, rest := n/perSecond, n%perSecond
	text := time.Unix(seconds, rest*int64(unit)).UTC().Format(isoTime)
	if utc {
		text += "Z"
	}
	return text
}

// int96 returns a timestamp of old writers, which is the nanoseconds of the day and then the Julian day.
func int96(v deprecated.Int96) string {
	const epoch = 2440588 // Julian day of 1970-01-01
	nanoseconds := int64(uint64(v[1])<<32 | uint64(v[0]))
	return time.Unix((int64(v[2])-epoch)*secondsPerDay, nanoseconds).UTC().Format(isoTime)
}

// unscaled returns the integer of a decimal. Bytes are big-endian two's complement.
func unscaled(v parquet.Value) *big.Int {
	if kind := v.Kind(); kind == parquet.Int32 || kind == parquet.Int64 {
		return big.NewInt(integer(v))
	}
	b := v.ByteArray()
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// decimal writes an integer with a decimal point before its last scale digits.
func decimal(n *big.Int, scale int) string {
	digits, sign := n.String(), ""
	if n.Sign() < 0 {
		digits, sign = digits[1:], "-"
	}
	if scale <= 0 {
		return sign + digits + strings.Repeat("0", min(-scale, 1000))
	}
	if short := scale + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", min(short, 1000)) + digits
	}
	point := max(len(digits)-scale, 0)
	return sign + digits[:point] + "." + digits[point:]
}

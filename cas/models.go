package cas

import (
	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/wire"
)

// The other types of answers; models.gen.go has the rest.
type (
	// Value is a number, a class distribution or null. `number, ok := v.Float64()` and `shares, ok := v.Distribution()` read it, IsNull tells
	// null, String prints it. `go doc wire.Value` lists all methods.
	Value = wire.Value
	// Class is one class of a distribution: Name and Fraction (0 to 1; NaN if the service sent null).
	Class = wire.Class
	// Timestamp is a time in the service's spelling. Time parses it; if it names no zone, HasZone is false and Time assumes UTC.
	Timestamp = wire.Timestamp
	// Range is a lower and an upper bound, both inclusive.
	Range = wire.Range
	// Number is a float64; it is NaN if the service sent null.
	Number = wire.Number

	// AggregationMethod names a zonal statistic. An unknown value is sent and received unchanged.
	AggregationMethod = gen.AggregationMethod
	// QualityFlag is the service's verdict on a value. An unknown value is kept as it is.
	QualityFlag = gen.QualityFlag
	// TemporalType is the kind of a dataset's time axis. An unknown value is kept as it is.
	TemporalType = gen.TemporalType
	// Protocol is how the service reads a dataset. An unknown value is kept as it is.
	Protocol = gen.Protocol
	// DataType says whether a variable holds numbers or class codes. An unknown value is kept as it is.
	DataType = gen.DataType
	// GeometryType names the GeoJSON geometries that the service takes.
	GeometryType = gen.GeometryType
)

// Zonal statistics, over the pixels that a polygon touches, or of the one pixel under a point. The request's statistic is a wish;
// AttributeResult.Aggregation says which one the service computed.
const (
	AggregationMean         AggregationMethod = gen.AggregationMethodMean
	AggregationMedian       AggregationMethod = gen.AggregationMethodMedian
	AggregationMin          AggregationMethod = gen.AggregationMethodMin
	AggregationMax          AggregationMethod = gen.AggregationMethodMax
	AggregationStd          AggregationMethod = gen.AggregationMethodStd
	AggregationSum          AggregationMethod = gen.AggregationMethodSum
	AggregationMajority     AggregationMethod = gen.AggregationMethodMajority
	AggregationMinority     AggregationMethod = gen.AggregationMethodMinority
	AggregationUnique       AggregationMethod = gen.AggregationMethodUnique
	AggregationDistribution AggregationMethod = gen.AggregationMethodDistribution
)

// Quality flags. The service sets them from the share of pixels with data and the variable's valid range.
const (
	QualityGood      QualityFlag = gen.QualityFlagGood      // no problem found
	QualitySuspect   QualityFlag = gen.QualityFlagSuspect   // outside the valid range
	QualityPartial   QualityFlag = gen.QualityFlagPartial   // under 0.8 of the pixels hold data
	QualityMissing   QualityFlag = gen.QualityFlagMissing   // under 0.3 of the pixels hold data, or none
	QualityDegraded  QualityFlag = gen.QualityFlagDegraded  // the provider says so
	QualityEstimated QualityFlag = gen.QualityFlagEstimated // the provider says so
)

// Kinds of time axis. Static datasets and climatologies ignore the time range.
const (
	TemporalStatic      TemporalType = gen.TemporalTypeStatic
	TemporalAnnual      TemporalType = gen.TemporalTypeAnnual
	TemporalMonthly     TemporalType = gen.TemporalTypeMonthly
	TemporalDaily       TemporalType = gen.TemporalTypeDaily
	TemporalHourly      TemporalType = gen.TemporalTypeHourly
	TemporalClimatology TemporalType = gen.TemporalTypeClimatology
)

// GeoJSON geometry types that the service takes.
const (
	GeometryPoint        GeometryType = gen.GeometryTypePoint
	GeometryPolygon      GeometryType = gen.GeometryTypePolygon
	GeometryMultiPolygon GeometryType = gen.GeometryTypeMultiPolygon
)

// NumberValue returns the Value of a number. NaN and infinities become null, as in the service.
func NumberValue(f float64) Value { return wire.NumberValue(f) }

// DistributionValue returns the Value of a class distribution. The keys are class codes or names, the values shares from 0 to 1; a NaN
// share is written as null.
func DistributionValue(shares map[string]float64) Value { return wire.DistributionValue(shares) }

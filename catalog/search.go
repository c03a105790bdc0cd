package catalog

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// Query says what to search for. All of it must apply to a dataset; zero fields ask for nothing, so that the zero Query finds all.
type Query struct {
	// Words are words, separated by spaces, each of which must be found in the dataset's id, name or description or in the name or
	// description of a variable, in any case, without accents if need be, and whatever separates their parts: landcover finds
	// land_cover and "Land Cover". The beginning of a word is enough, and so are three letters in its middle.
	Words string
	// BBox must touch the dataset's box, edges included; degrees, WGS84. Unlike the service's, this search knows the antimeridian:
	// a box whose west is greater than its east crosses it.
	BBox *cas.BoundingBox
	// MinResolution and MaxResolution are the smallest and largest pixel size in metres, inclusive; larger is coarser. A dataset of
	// unknown resolution is not found where one of them is given.
	MinResolution, MaxResolution *float64
	// TemporalType is the kind of time axis.
	TemporalType cas.TemporalType
	// Licence is what the service's text on the licence must contain: whole words, in any case, whatever separates them, so that
	// "CC-BY 4.0" finds CC-BY-4.0 and not CC-BY-NC 4.0. "CC-BY" finds both: read the text.
	Licence string
	// Provider is a slug, exact case.
	Provider string
	// Variable is the name of a variable, any case.
	Variable string
}

// Search gives the datasets that a query finds, as [SearchIn] orders them. They are the caller's.
func Search(q Query) []cas.Dataset {
	all := metadata().datasets
	result := SearchIn(all, q)
	for i := range result {
		result[i] = detached(result[i])
	}
	return result
}

// SearchIn searches other datasets than the snapshot's, such as those that a running service lists.
//
// The best match of Words comes first: a word counts more in an id or the name of a variable than in the dataset's name, and least in a
// description; more as a whole than as a beginning, and least in the middle of another. Of equal matches, the dataset with the larger
// extent comes first, then the finer one. Without Words the order is that of the datasets given.
func SearchIn(datasets []cas.Dataset, q Query) []cas.Dataset {
	type hit struct {
		dataset cas.Dataset
		score   int
	}
	wanted := squeezedFields(q.Words)
	var hits []hit
	for _, d := range datasets {
		if !q.admits(d) {
			continue
		}
		if score, ok := score(wanted, d); ok {
			hits = append(hits, hit{d, score})
		}
	}
	if len(wanted) > 0 {
		slices.SortStableFunc(hits, func(a, b hit) int {
			return cmp.Or(
				cmp.Compare(b.score, a.score),
				cmp.Compare(extent(b.dataset.BBox), extent(a.dataset.BBox)),
				cmp.Compare(fineness(b.dataset), fineness(a.dataset)),
			)
		})
	}
	result := make([]cas.Dataset, len(hits))
	for i, h := range hits {
		result[i] = h.dataset
	}
	return result
}

// admits tells whether a dataset passes everything but the words.
func (q Query) admits(d cas.Dataset) bool {
	metres := float64(d.ResolutionM)
	return (q.Provider == "" || d.Provider == q.Provider) &&
		(q.TemporalType == "" || d.Temporal.TemporalType == q.TemporalType) &&
		(q.MinResolution == nil || metres >= *q.MinResolution) &&
		(q.MaxResolution == nil || metres <= *q.MaxResolution) &&
		(q.BBox == nil || touches(*q.BBox, d.BBox)) &&
		(q.Licence == "" || found(squeezed(q.Licence), words(d.License)) == whole) &&
		(q.Variable == "" || slices.ContainsFunc(d.Variables, func(v cas.Variable) bool { return strings.EqualFold(v.Name, q.Variable) }))
}

// touches tells whether two boxes have a point in common; the first may cross the antimeridian.
func touches(a, b cas.BoundingBox) bool {
	fromWest, fromEast := a.MinLon <= b.MaxLon, b.MinLon <= a.MaxLon
	meridians := fromWest && fromEast
	if a.MinLon > a.MaxLon {
		meridians = fromWest || fromEast
	}
	return meridians && a.MinLat <= b.MaxLat && b.MinLat <= a.MaxLat
}

// What a word found in a field counts, times its grade.
const (
	inID          = 8 // and in the name of a variable
	inName        = 5
	inDescription = 2
)

// score sums what each word counts in its best place; ok is false where one is nowhere.
func score(wanted []string, d cas.Dataset) (sum int, ok bool) {
	if len(wanted) == 0 {
		return 0, true
	}
	id, name, description := [][]string{words(d.ID)}, words(d.Name), [][]string{words(d.Description)}
	for _, v := range d.Variables {
		id, description = append(id, words(v.Name)), append(description, words(v.Description))
	}
	for _, word := range wanted {
		best := inName * found(word, name)
		for _, field := range id {
			best = max(best, inID*found(word, field))
		}
		for _, field := range description {
			best = max(best, inDescription*found(word, field))
		}
		if best == 0 {
			return 0, false
		}
		sum += best
	}
	return sum, true
}

// squeezedFields are the words of a query. What is between spaces is one: 0-5cm is found as that, not as 0 here and 5cm there.
func squeezedFields(text string) (fields []string) {
	for field := range strings.FieldsSeq(text) {
		if word := squeezed(field); word != "" {
			fields = append(fields, word)
		}
	}
	return fields
}

// extent compares boxes: square degrees.
func extent(b cas.BoundingBox) float64 { return (b.MaxLon - b.MinLon) * (b.MaxLat - b.MinLat) }

// fineness compares resolutions, an unknown one last.
func fineness(d cas.Dataset) float64 {
	metres := float64(d.ResolutionM)
	if math.IsNaN(metres) {
		return math.Inf(-1)
	}
	return -metres
}

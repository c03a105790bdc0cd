package crs_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/crs"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// judge runs testdata/judge.py, which prints results of pyproj, and returns its output.
func judge(t *testing.T, args ...string) *bufio.Reader {
	t.Helper()
	cmd := exec.Command(service.Judges(t), append([]string{"testdata/judge.py"}, args...)...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var said strings.Builder
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { require.NoError(t, cmd.Wait(), said.String()) })
	return bufio.NewReaderSize(out, 1<<20)
}

// position is a row of judge.py: a position, its coordinates, and the result of PROJ's inverse for them.
type position struct{ Lon, Lat, X, Y, BackLon, BackLat float64 }

func (p *position) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&p.Lon, &p.Lat, &p.X, &p.Y, &p.BackLon, &p.BackLat})
}

// apart returns the larger difference of two positions in degrees.
func apart(lon, lat, wantLon, wantLat float64) float64 {
	return max(math.Abs(math.Remainder(lon-wantLon, 360)), math.Abs(lat-wantLat))
}

// TestEveryMethodAgreesWithPROJ converts 100,000 random points of each method to the system with PROJ, and back with crs.
func TestEveryMethodAgreesWithPROJ(t *testing.T) {
	t.Parallel()
	const count = 100_000
	out := judge(t, "points", strconv.Itoa(count))
	methods := 0
	for ; ; methods++ {
		line, err := out.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		var header struct{ Name, WKT string }
		require.NoError(t, json.Unmarshal(line, &header))
		points := make([]position, count)
		require.NoError(t, binary.Read(out, binary.LittleEndian, points))
		s, err := crs.Parse(header.WKT)
		if !assert.NoError(t, err, header.Name) {
			continue
		}
		var worst, inverse float64
		outside := 0
		for _, p := range points {
			if math.IsInf(p.X, 0) {
				outside++
				continue
			}
			lon, lat, err := s.LonLat(p.X, p.Y)
			if err != nil {
				t.Errorf("%s: %v: %v", header.Name, p, err)
				break
			}
			worst = max(worst, apart(lon, lat, p.Lon, p.Lat))
			inverse = max(inverse, apart(p.BackLon, p.BackLat, p.Lon, p.Lat))
		}
		t.Logf("%-32s %.1e degrees; PROJ's own way back %.1e; %d points outside of it", header.Name, worst, inverse, outside)
		assert.Less(t, worst, 1e-9, header.Name)
		assert.Less(t, outside, count/2, header.Name)
	}
	assert.Equal(t, 23, methods)
}

// TestEveryCodeAgreesWithPROJ goes through every projected system that pyproj lists: positions within 1e-8 degrees, or a refusal by name.
func TestEveryCodeAgreesWithPROJ(t *testing.T) {
	t.Parallel()
	type count struct{ systems, points, byDatum, byMethod, byEllipsoid, unlisted, untested int }
	counts := map[string]*count{"EPSG": {}, "ESRI": {}}
	var worst float64
	for out := json.NewDecoder(judge(t, "codes")); ; {
		var system struct {
			Code                           int
			Authority, Name, Method, Datum string
			Points                         []position
		}
		if err := out.Decode(&system); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		n := counts[system.Authority]
		s, err := crs.Parse(system.Authority + ":" + strconv.Itoa(system.Code))
		if err != nil {
			var unsupported *crs.UnsupportedError
			switch {
			case !errors.As(err, &unsupported):
				n.unlisted++
				assert.NotEqual(t, "EPSG", system.Authority, "%d %s: %v", system.Code, system.Name, err)
			case strings.Contains(err.Error(), "datum"):
				n.byDatum++
			case strings.Contains(err.Error(), "method"):
				n.byMethod++
				assert.Contains(t, err.Error(), system.Method)
			case strings.Contains(err.Error(), "ellipsoid"):
				n.byEllipsoid++ // the figure is that of no datum of today
			default:
				t.Errorf("%d: %v", system.Code, err)
			}
			continue
		}
		n.systems++
		if !assert.Equal(t, system.Name, s.Name()) {
			continue
		}
		if len(system.Points) == 0 {
			n.untested++
			t.Logf("no points for %v", s)
		}
		for _, p := range system.Points {
			lon, lat, err := s.LonLat(p.X, p.Y)
			if !assert.NoError(t, err, "%d", system.Code) {
				break
			}
			d := min(apart(lon, lat, p.Lon, p.Lat), apart(lon, lat, p.BackLon, p.BackLat))
			n.points++
			worst = max(worst, d)
			assert.Less(t, d, 1e-8, "%v at %v: %v %v", s, p, lon, lat)
		}
	}
	for authority, n := range counts {
		t.Logf("%s: %+v", authority, *n)
	}
	t.Logf("worst: %.1e degrees", worst)
	// Every EPSG system is either converted or refused for a known reason.
	assert.Equal(t, count{systems: 3353, points: counts["EPSG"].points, byDatum: 2192, byMethod: 104, byEllipsoid: 3}, *counts["EPSG"])
	assert.Equal(t, 1268, counts["ESRI"].systems)
}

// losesMethod are refused systems whose WKT 1, as PROJ writes it, describes another system, which is not refused: it lacks a parameter, or a
// spherical method on an ellipsoid becomes an ellipsoidal one.
var losesMethod = map[int]bool{3752: true, 3973: true, 3974: true, 3975: true}

// TestEveryFormGivesTheSameNumbers parses the definitions that PROJ writes in six forms.
func TestEveryFormGivesTheSameNumbers(t *testing.T) {
	t.Parallel()
	same, refused := map[string]int{}, map[string]int{}
	for out := json.NewDecoder(judge(t, "texts")); ; {
		var system struct {
			Code  int
			Forms map[string]string
		}
		if err := out.Decode(&system); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		want, wantErr := crs.EPSG(system.Code)
		for form, text := range system.Forms {
			got, err := crs.Parse(text)
			if losesMethod[system.Code] && strings.HasPrefix(form, "WKT1") {
				continue
			}
			if wantErr != nil {
				if !errors.As(wantErr, new(*crs.UnsupportedError)) {
					continue // a system of Esri that the table leaves out
				}
				refused[form]++
				assert.Error(t, err, "%d in %s, though: %v", system.Code, form, wantErr)
				continue
			}
			if !assert.NoError(t, err, "%d in %s: %s", system.Code, form, text) {
				continue
			}
			same[form]++
			assert.Equal(t, want.Identity(), got.Identity(), text)
			assert.Equal(t, want.Note() == "", got.Note() == "", text)
			for _, p := range [][2]float64{{-80.123, 41.456}, {400_123.25, 3_500_456.5}, {1_000_123.5, 200_456}, {-300_123, -1_200_456}} {
				wantLon, wantLat, outside := want.LonLat(p[0], p[1])
				lon, lat, err := got.LonLat(p[0], p[1])
				if outside != nil {
					assert.Error(t, err, text)
					continue
				}
				if assert.NoError(t, err, text) {
					assert.Less(t, apart(lon, lat, wantLon, wantLat), 1e-10, "%d in %s: %s", system.Code, form, text)
				}
			}
		}
	}
	require.Len(t, same, 6)
	for _, form := range slices.Sorted(maps.Keys(same)) {
		t.Logf("%s: %d the same, %d refused", form, same[form], refused[form])
		assert.Greater(t, same[form], 1000)
	}
}

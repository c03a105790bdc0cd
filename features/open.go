package features

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"

	// The formats that every program reads. They need nothing but this module and golang.org/x/text.
	_ "github.com/community-attribute-service/cas-go/features/ogr"
	_ "github.com/community-attribute-service/cas-go/features/points"
	_ "github.com/community-attribute-service/cas-go/features/shapefile"
)

// openInput opens a file in the format that its content names, then its ending, and else in any that ogr2ogr reads.
func openInput(path string, o Options) (input, error) {
	info, err := os.Stat(path)
	isFile := err == nil && info.Mode().IsRegular()
	var head []byte
	switch {
	case err != nil && !isConnection(path):
		return nil, err
	case isFile:
		if head, err = format.Head(path); err != nil {
			return nil, err
		}
		if in, err := openByContent(path, head, o); in != nil || err != nil {
			return in, err
		}
	case err == nil && !info.IsDir(): // such as a named pipe
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return openStream(file, o)
	}
	if f := byEnding(path); f != nil && err == nil && !info.IsDir() {
		return openRecords(*f, path, o)
	}
	if name := notImported(head); name != "" {
		return nil, fmt.Errorf("%w: this program does not read it; import github.com/community-attribute-service/cas-go/features/%s", ErrUnknown, name)
	}
	in, err := openRecords(*named("OGR"), path, o)
	var layers *LayerError
	switch {
	case err != nil && strings.Contains(path, "://"):
		return nil, fmt.Errorf("GDAL does not read it from there; download it and give the name of the file: %w", err)
	case err == nil || info == nil || errors.As(err, &layers):
		return in, err
	case isTable(head):
		return openRecords(*named("CSV"), path, o) // its error says what is missing
	case info.IsDir():
		return nil, fmt.Errorf("%w: it is a folder that GDAL does not read as a whole; give one of its files: %w", ErrUnknown, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
}

// openByContent opens a file whose head tells its format. It returns nil if the head does not.
func openByContent(path string, head []byte, o Options) (input, error) {
	if f := detect(head, path); f != nil {
		return openRecords(*f, path, o)
	}
	if looksLikeText(head) && (len(visible(head)) > 0 || byEnding(path) == nil) { // the ending tells the format of an empty file
		return openText(path, o)
	}
	if err := refuseUTF16(head); err != nil {
		return nil, err
	}
	if strings.Contains(strings.ToLower(filepath.Ext(path)), "json") { // its error names what the text is, such as a server's HTML page
		return openText(path, o)
	}
	if isTable(head) && o.X != "" && byEnding(path) == nil {
		return openRecords(*named("CSV"), path, o)
	}
	return nil, nil
}

// isConnection reports whether path names something that only GDAL knows, such as PG:dbname=basins or /vsicurl/https://…. A single letter
// before the colon is a drive of Windows.
func isConnection(path string) bool {
	if strings.HasPrefix(path, "/vsi") {
		return true
	}
	scheme, _, found := strings.Cut(path, ":")
	return found && len(scheme) > 1 && !strings.ContainsAny(scheme, `/\.`)
}

// notImported returns the name of the package that reads files with this head, if the program does not import it; else "".
func notImported(head []byte) string {
	for magic, name := range map[string]string{"SQLite format 3\x00": "geopackage", "PAR1": "geoparquet"} {
		if bytes.HasPrefix(head, []byte(magic)) && find(func(f format.Format) bool { return strings.EqualFold(f.Name, name) }) == nil {
			return name
		}
	}
	return ""
}

// detect returns the format that recognizes head. If several do, it prefers the one with the ending of path.
func detect(head []byte, path string) *format.Format {
	recognizes := func(f format.Format) bool { return f.Detect != nil && f.Detect(head) }
	if f := find(func(f format.Format) bool { return hasEnding(f, path) && recognizes(f) }); f != nil {
		return f
	}
	return find(recognizes)
}

func byEnding(path string) *format.Format {
	return find(func(f format.Format) bool { return hasEnding(f, path) })
}

func named(name string) *format.Format {
	return find(func(f format.Format) bool { return f.Name == name })
}

// find returns the first format for which is holds, or nil.
func find(is func(format.Format) bool) *format.Format {
	all := format.Registered()
	if i := slices.IndexFunc(all, is); i >= 0 {
		return &all[i]
	}
	return nil
}

func hasEnding(f format.Format, path string) bool {
	return slices.Contains(f.Endings, strings.ToLower(filepath.Ext(path)))
}

// looksLikeText reports whether head starts GeoJSON text or gzip, or is blank.
func looksLikeText(head []byte) bool {
	text := visible(head)
	return len(text) == 0 || text[0] == '{' || text[0] == '[' || isGzip(head)
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// isTable reports whether head is text whose first line has separators of columns.
func isTable(head []byte) bool {
	line, _, _ := bytes.Cut(visible(head), []byte("\n"))
	return bytes.ContainsAny(line, ",;\t|") && !bytes.ContainsAny(line, "<{\x00") && !bytes.Contains(line, []byte("(("))
}

// refuseUTF16 refuses text in the encoding that Windows programs write, such as PowerShell with > and Excel as "Unicode text".
func refuseUTF16(head []byte) error {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return fmt.Errorf("%w: it is text in UTF-16; save it as UTF-8", ErrUnknown)
	}
	return nil
}

// visible returns head without a byte order mark and the white space and record separators (RFC 8142) before GeoJSON text.
func visible(head []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\x1e")
}

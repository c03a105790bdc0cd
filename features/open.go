package features

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// headBytes is how much of a file its format is told by.
const headBytes = 4 << 10

// openInput finds the format of a file.
func openInput(path string, o Options) (input, error) {
	info, err := os.Stat(path)
	table := false
	if err == nil && !info.IsDir() {
		if !info.Mode().IsRegular() {
			file, err := os.Open(path)
			if err != nil {
				return nil, err
			}
			return openStream(file, o)
		}
		head, err := readHead(path)
		if err != nil {
			return nil, err
		}
		if f := detect(head, path); f != nil {
			return openRecords(*f, path, o)
		}
		if looksLikeText(head) && (len(visible(head)) > 0 || byEnding(path) == nil) { // of an empty file its ending tells
			return openText(path, o)
		}
		if err := isUTF16(head); err != nil {
			return nil, err
		}
		if strings.Contains(strings.ToLower(filepath.Ext(path)), "json") { // it says what the text is instead, such as a page of a server
			return openText(path, o)
		}
		if table = isTable(head); table && o.X != "" && byEnding(path) == nil {
			return openRecords(*named("CSV"), path, o)
		}
	}
	if err != nil && !isConnection(path) {
		return nil, err
	}
	if f := byEnding(path); f != nil && err == nil && !info.IsDir() {
		return openRecords(*f, path, o)
	}
	if err == nil && !info.IsDir() {
		for magic, name := range needsImport {
			imported := slices.ContainsFunc(format.Registered(), func(f format.Format) bool { return strings.EqualFold(f.Name, name) })
			if head, _ := readHead(path); !imported && bytes.HasPrefix(head, []byte(magic)) {
				return nil, fmt.Errorf("%w: this program does not read it; import github.com/community-attribute-service/cas-go/features/%s", ErrUnknown, name)
			}
		}
	}
	in, err := openRecords(*named("OGR"), path, o)
	var layers *LayerError
	switch {
	case err != nil && strings.Contains(path, "://"):
		return nil, fmt.Errorf("GDAL does not read it from there; download it and give the name of the file: %w", err)
	case err == nil || info == nil || errors.As(err, &layers):
		return in, err
	case table:
		return openRecords(*named("CSV"), path, o) // its error says what is missing
	case info.IsDir():
		return nil, fmt.Errorf("%w: it is a folder that GDAL does not read as a whole; give one of its files: %w", ErrUnknown, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
}

// isConnection reports what GDAL knows and is no file, such as PG:dbname=basins or /vsicurl/https://…. Drives of Windows have one letter.
func isConnection(path string) bool {
	if strings.HasPrefix(path, "/vsi") {
		return true
	}
	scheme, _, found := strings.Cut(path, ":")
	return found && len(scheme) > 1 && !strings.ContainsAny(scheme, `/\.`)
}

func readHead(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, headBytes)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return head[:n], nil
}

// needsImport are formats that programs have to import, by the first bytes of their files.
var needsImport = map[string]string{"SQLite format 3\x00": "geopackage", "PAR1": "geoparquet"}

// detect finds the format by content; of several that fit, the one that the ending names.
func detect(head []byte, path string) *format.Format {
	var fits *format.Format
	for _, f := range format.Registered() {
		if f.Detect == nil || !f.Detect(head) {
			continue
		}
		if fits == nil || hasEnding(f, path) {
			fits = &f
		}
	}
	return fits
}

func byEnding(path string) *format.Format {
	for _, f := range format.Registered() {
		if hasEnding(f, path) {
			return &f
		}
	}
	return nil
}

func named(name string) *format.Format {
	for _, f := range format.Registered() {
		if f.Name == name {
			return &f
		}
	}
	return nil
}

func hasEnding(f format.Format, path string) bool {
	return slices.Contains(f.Endings, strings.ToLower(filepath.Ext(path)))
}

// looksLikeText reports what GeoJSON is written in, or gzip.
func looksLikeText(head []byte) bool {
	if isGzip(head) {
		return true
	}
	for magic := range needsImport {
		if bytes.HasPrefix(head, []byte(magic)) {
			return false
		}
	}
	text := visible(head)
	return len(text) == 0 || text[0] == '{' || text[0] == '['
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// isTable reports text whose first line has separators of columns.
func isTable(head []byte) bool {
	line, _, _ := bytes.Cut(visible(head), []byte("\n"))
	return bytes.ContainsAny(line, ",;\t|") && !bytes.ContainsAny(line, "<{\x00") && !bytes.Contains(line, []byte("(("))
}

// isUTF16 refuses text that Windows programs write, such as PowerShell by > and Excel as "Unicode text".
func isUTF16(head []byte) error {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return fmt.Errorf("%w: it is text in UTF-16; save it as UTF-8", ErrUnknown)
	}
	return nil
}

// visible is what follows a byte order mark and the blanks that may stand before GeoJSON text; RFC 8142 has the last of them.
func visible(head []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\x1e")
}

package shapefile

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// pages are the code pages of DOS and Windows by number.
var pages = map[int]encoding.Encoding{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855, 858: charmap.CodePage858,
	860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863, 865: charmap.CodePage865, 866: charmap.CodePage866,
	874: charmap.Windows874, 932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253,
	1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257,
	1258: charmap.Windows1258, 28591: charmap.Windows1252, 10000: charmap.Macintosh, 54936: simplifiedchinese.GB18030,
	65001: encoding.Nop,
}

// languages are the code pages by the language byte of a .dbf. A byte that several of ESRI, dBASE and FoxPro
// define has the same meaning for all of them.
var languages = map[byte]int{
	0x01: 437, 0x02: 850, 0x03: 1252, 0x04: 10000, 0x08: 865, 0x09: 437, 0x0a: 850, 0x0b: 437, 0x0d: 437, 0x0e: 850, 0x0f: 437,
	0x10: 850, 0x11: 437, 0x12: 850, 0x13: 932, 0x14: 850, 0x15: 437, 0x16: 850, 0x17: 865, 0x18: 437, 0x19: 437, 0x1a: 850,
	0x1b: 437, 0x1c: 863, 0x1d: 850, 0x1f: 852, 0x22: 852, 0x23: 852, 0x24: 860, 0x25: 850, 0x26: 866, 0x37: 850, 0x40: 852,
	0x4d: 936, 0x4e: 949, 0x4f: 950, 0x50: 874, 0x57: 1252, 0x58: 1252, 0x59: 1252, 0x64: 852, 0x65: 866, 0x66: 865, 0x6c: 863,
	0x78: 950, 0x79: 949, 0x7a: 936, 0x7b: 932, 0x7c: 874, 0x7d: 1255, 0x7e: 1256, 0xc8: 1250, 0xc9: 1251, 0xca: 1254, 0xcb: 1253,
	0xcc: 1257,
}

// A textReader decodes the text of a .dbf. The zero value reads text that is valid UTF-8 as UTF-8, and the rest as Windows-1252.
type textReader struct {
	from *encoding.Decoder
	utf8 bool // the file says that the text is UTF-8
}

// newTextReader chooses the encoding by the content of the .cpg, then by the language byte. note warns of a .cpg that is not
// understood.
func newTextReader(label string, language byte) (t textReader, note string) {
	var e encoding.Encoding
	if label != "" {
		if e = byLabel(label); e == nil {
			note = "has a .cpg with the encoding " + strconv.Quote(format.Shorten(label, 40)) + ", which is not known: its text may be read wrongly."
		}
	}
	if e == nil {
		e = pages[languages[language]]
		if e == nil && language != 0 && note == "" {
			note = fmt.Sprintf("has the language byte %#02x, whose encoding is not known: its text may be read wrongly.", language)
		}
	}
	if e == nil || e == encoding.Nop {
		return textReader{utf8: e != nil}, note
	}
	return textReader{from: e.NewDecoder()}, note
}

// byLabel returns the encoding of a name such as UTF-8, ISO 8859-1, 88591, CP1252, ANSI 1252, LDID/87 or 936; nil if it is not known.
func byLabel(label string) encoding.Encoding {
	name := strings.ToLower(strings.TrimSpace(label))
	if ldid, ok := strings.CutPrefix(name, "ldid/"); ok {
		n, err := strconv.ParseUint(ldid, 10, 8)
		if err != nil {
			return nil
		}
		return pages[languages[byte(n)]]
	}
	bare := strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name)
	if bare == "utf8" {
		return encoding.Nop
	}
	if part, ok := strings.CutPrefix(strings.TrimPrefix(bare, "iso"), "8859"); ok {
		name = "iso-8859-" + part
	}
	for _, prefix := range []string{"cp", "ansi", "windows", "ibm", "oem", "ms"} {
		bare = strings.TrimPrefix(bare, prefix)
	}
	if n, err := strconv.Atoi(bare); err == nil && pages[n] != nil {
		return pages[n]
	}
	e, err := htmlindex.Get(name) // for a part of Windows-1252, such as ISO-8859-1, it returns Windows-1252
	if err != nil {
		return nil
	}
	return e
}

// decode returns bytes as a string in UTF-8.
func (t textReader) decode(b []byte) string { return string(format.UTF8(t.bytes(b))) }

// bytes returns text in UTF-8, without a last character that the width of the column cut off. Text that cannot be decoded stays as it
// is.
func (t textReader) bytes(b []byte) []byte {
	if isASCII(b) {
		return b
	}
	if t.from == nil {
		if whole := withoutCutRune(b); utf8.Valid(whole) && (t.utf8 || !isASCII(whole)) {
			return whole
		}
		return b
	}
	decoded, err := t.from.Bytes(b)
	if err != nil {
		return bytes.ToValidUTF8(b, []byte("\uFFFD"))
	}
	return decoded
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// withoutCutRune returns b without an incomplete UTF-8 character at its end.
func withoutCutRune(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return b[:i]
			}
			break
		}
	}
	return b
}

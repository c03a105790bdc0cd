package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// A GeometryHash identifies the text of a geometry: the first half of its SHA-256.
type GeometryHash [16]byte

// HashGeometry hashes the text of a geometry as it was read. White space and number spelling count.
func HashGeometry(geometry []byte) GeometryHash {
	sum := sha256.Sum256(geometry)
	return GeometryHash(sum[:16])
}

// In is the hash of the same geometry in a period, start/end as it goes out, by which the records of different periods are told apart;
// "" is no period, and the hash itself.
func (h GeometryHash) In(period string) GeometryHash {
	if period == "" {
		return h
	}
	sum := sha256.Sum256(append(h[:], period...))
	return GeometryHash(sum[:16])
}

// String is the hash in hexadecimal.
func (h GeometryHash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is String as bytes.
func (h GeometryHash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads 32 hexadecimal digits.
func (h *GeometryHash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("a geometry hash has %d hexadecimal digits, not %d", hex.EncodedLen(len(h)), len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

func (h GeometryHash) prefix() uint64 { return binary.LittleEndian.Uint64(h[:8]) }

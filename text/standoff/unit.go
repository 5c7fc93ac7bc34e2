package standoff

import (
	"errors"
	"fmt"
	"sort"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/trellis-nlp/trellis/internal/enum"
)

// A Unit is what the offsets of a file count.
type Unit int

const (
	// UnitAuto stands for the unit of the format, see [Format.Unit].
	UnitAuto Unit = iota
	// Bytes of UTF-8, as in Go and Rust.
	Bytes
	// Runes are Unicode code points, as in Python.
	Runes
	// UTF16 code units, as in JavaScript and Java: two for a character beyond U+FFFF.
	UTF16
	// Graphemes are grapheme clusters of UAX #29: what readers see as one character.
	Graphemes
)

var unitNames = enum.Names[Unit]{UnitAuto: "auto", Bytes: "bytes", Runes: "runes", UTF16: "utf16", Graphemes: "graphemes"}

// String returns the name that ParseUnit reads.
func (u Unit) String() string { return unitNames.String(u) }

// ParseUnit reads auto, bytes, runes, utf16 or graphemes.
func ParseUnit(name string) (Unit, error) { return unitNames.Parse("unit of offsets", name) }

// MarshalText returns the name of the unit.
func (u Unit) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText sets u to the unit that ParseUnit reads.
func (u *Unit) UnmarshalText(name []byte) (err error) {
	*u, err = ParseUnit(string(name))
	return err
}

// ErrOffset is the error of an offset that is outside its text or inside a character.
var ErrOffset = errors.New("offset does not fit the text")

// An Offsets converts offsets of one text, of less than 2 GiB, between bytes and a unit. The zero
// value is ready for Reset, which reuses its memory.
type Offsets struct {
	text  string
	unit  Unit
	bytes []int32 // the byte where each unit starts, -1 inside a character; nil if both are the same
}

// Reset makes the converter one for the text and the unit.
func (o *Offsets) Reset(text string, unit Unit) {
	o.text, o.unit, o.bytes = text, unit, o.bytes[:0]
	if unit == Bytes || unit != Graphemes && isASCII(text) {
		return
	}
	if unit == Graphemes {
		at := 0
		for g := graphemes.FromString(text); g.Next(); at += len(g.Value()) {
			o.bytes = append(o.bytes, int32(at))
		}
		o.bytes = append(o.bytes, int32(len(text)))
		return
	}
	for at, r := range text {
		o.bytes = append(o.bytes, int32(at))
		if unit == UTF16 && r > 0xFFFF {
			o.bytes = append(o.bytes, -1)
		}
	}
	o.bytes = append(o.bytes, int32(len(text)))
}

// identity reports whether the unit counts the bytes of this text.
func (o *Offsets) identity() bool { return len(o.bytes) == 0 }

// Len returns the length of the text in units.
func (o *Offsets) Len() int {
	if o.identity() {
		return len(o.text)
	}
	return len(o.bytes) - 1
}

// Byte returns the byte at an offset of the unit. The error wraps ErrOffset.
func (o *Offsets) Byte(offset int) (int, error) {
	switch {
	case offset < 0 || offset > o.Len():
		return 0, fmt.Errorf("%w: found %d, expected 0 to %d %s", ErrOffset, offset, o.Len(), o.unit)
	case o.identity():
		if offset < len(o.text) && !utf8.RuneStart(o.text[offset]) {
			return 0, fmt.Errorf("%w: byte %d is inside a character", ErrOffset, offset)
		}
		return offset, nil
	case o.bytes[offset] < 0:
		return 0, fmt.Errorf("%w: code unit %d is inside a character; the file may count %s", ErrOffset, offset, Runes)
	}
	return int(o.bytes[offset]), nil
}

// Of returns the offset of a byte in units. The error wraps ErrOffset.
func (o *Offsets) Of(at int) (int, error) {
	if at < 0 || at > len(o.text) {
		return 0, fmt.Errorf("%w: found byte %d, expected 0 to %d", ErrOffset, at, len(o.text))
	}
	if o.identity() {
		_, err := o.Byte(at)
		return at, err
	}
	// bytes ascends but for -1, each of which follows the character that it is inside.
	k := sort.Search(len(o.bytes), func(k int) bool { return o.at(k) >= at })
	if int(o.bytes[k]) != at {
		return 0, fmt.Errorf("%w: byte %d is inside a character", ErrOffset, at)
	}
	return k, nil
}

// at returns the byte of unit k, and a byte inside the character for the second half of a pair.
func (o *Offsets) at(k int) int {
	if o.bytes[k] < 0 {
		return int(o.bytes[k-1]) + 1
	}
	return int(o.bytes[k])
}

func isASCII(s string) bool {
	for k := range len(s) {
		if s[k] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func utf16Len(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

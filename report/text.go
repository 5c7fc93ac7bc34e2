package report

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/model"
)

// Colors is a number of colours of a terminal.
type Colors int

const (
	NoColors  Colors = 0   // marks without colour
	Colors16  Colors = 16  // the colours of the terminal's theme
	Colors256 Colors = 256 // fixed colours
)

// TerminalColors returns the number of colours of a terminal from environment variables, which
// getenv returns, as os.Getenv does. NO_COLOR turns colours off (https://no-color.org), and so do a
// TERM of dumb and an empty one. COLORTERM, or a TERM such as xterm-256color, selects 256 colours.
func TerminalColors(getenv func(string) string) Colors {
	term := getenv("TERM")
	switch {
	case getenv("NO_COLOR") != "" || term == "" || term == "dumb":
		return NoColors
	case getenv("COLORTERM") != "" || strings.Contains(term, "256color"):
		return Colors256
	}
	return Colors16
}

// TextOptions are the options of text output.
type TextOptions struct {
	// Style says how labels appear.
	Style Style
	// Colors is the number of colours of the terminal. The default is 0: marks without colour, for
	// files, pipes and terminals without colours.
	Colors Colors
}

// NewText returns a Writer of text with labels, for people.
//
// Entities stand in brackets, with their label at the end: [Anna Keller PER] lives in [Oslo LOC].
// The rest of the text, its line ends included, stays as it is. Labels of tokens stand behind a
// slash, with a sentence on each line: Anna/PROPN lives/VERB ./PUNCT. Each document ends with a
// line end.
//
// Marks are unambiguous: a backslash stands before each bracket, slash or backslash of the text
// that could be taken for a mark. In the style Spans these are brackets and backslashes, in Tags
// slashes and backslashes. White space in a label, and in the style Tags in a token, is written as
// \x20, its byte in hexadecimal. So are control characters and invalid UTF-8, except tabs and line
// ends of the text.
//
// With colours, an entity or label has a background in the colour of the label, and no brackets or
// backslashes stand before characters. With 16 colours, the background is a colour of the
// terminal's theme in reverse video, which a theme makes readable on light and dark backgrounds.
// With 256 colours, it is a fixed pastel colour with black text.
func NewText(w io.Writer, o TextOptions) Writer { return &textWriter{w: w, options: o} }

type textWriter struct {
	w       io.Writer
	options TextOptions
	buffer  []byte
}

func (t *textWriter) Close() error { return nil }

func (t *textWriter) Write(d *model.Document) error {
	if err := check(d, false); err != nil {
		return err
	}
	dst := t.buffer[:0]
	if t.options.Style.of(d) == Spans {
		dst = t.spans(dst, d)
	} else {
		dst = t.tags(dst, d)
	}
	if len(dst) == 0 || dst[len(dst)-1] != '\n' {
		dst = append(dst, '\n')
	}
	t.buffer = dst
	_, err := t.w.Write(dst)
	return err
}

// spans appends a text with its entities.
func (t *textWriter) spans(dst []byte, d *model.Document) []byte {
	special := `[]\`
	if t.options.Colors > 0 {
		special = ""
	}
	at := 0
	for k := range d.Sentences {
		for n := range d.Sentences[k].Entities {
			e := &d.Sentences[k].Entities[n]
			dst = escape(dst, d.Text[at:e.Start.Byte], special, true)
			name := d.Text[e.Start.Byte:e.End.Byte]
			if t.options.Colors > 0 {
				dst = t.coloured(dst, name, e.Label)
			} else {
				dst = append(dst, '[')
				dst = escape(dst, name, special, true)
				dst = append(dst, ' ')
				dst = escape(dst, e.Label, special, false)
				dst = append(dst, ']')
			}
			at = e.End.Byte
		}
	}
	return escape(dst, d.Text[at:], special, true)
}

// coloured appends an entity with a background. A line end stands outside of the background, which
// would else reach the margin.
func (t *textWriter) coloured(dst []byte, name, label string) []byte {
	for {
		line, rest, more := strings.Cut(name, "\n")
		if more {
			line = strings.TrimSuffix(line, "\r")
		}
		dst = t.paint(dst, label)
		dst = escape(dst, line, "", true)
		if !more {
			break
		}
		dst = append(dst, reset...)
		dst = append(dst, name[len(line):len(name)-len(rest)]...)
		name = rest
	}
	dst = append(dst, " \x1b[1m"...) // bold
	dst = escape(dst, label, "", false)
	return append(dst, reset...)
}

// tags appends the tokens of a text with their labels, a sentence on each line.
func (t *textWriter) tags(dst []byte, d *model.Document) []byte {
	for k := range d.Sentences {
		s := &d.Sentences[k]
		for n := range s.Tokens {
			if n > 0 {
				dst = append(dst, ' ')
			}
			if t.options.Colors > 0 {
				dst = escape(dst, s.Tokens[n].Text, "", false)
				dst = t.paint(dst, s.Labels[n])
				dst = append(dst, '/')
				dst = escape(dst, s.Labels[n], "", false)
				dst = append(dst, reset...)
				continue
			}
			dst = escape(dst, s.Tokens[n].Text, `/\`, false)
			dst = append(dst, '/')
			dst = escape(dst, s.Labels[n], `/\`, false)
		}
		dst = append(dst, '\n')
	}
	return dst
}

const reset = "\x1b[0m"

// paint appends the escape sequence of a label's background.
func (t *textWriter) paint(dst []byte, label string) []byte { return t.paintHue(dst, hueOf(label)) }

func (t *textWriter) paintHue(dst []byte, hue int) []byte {
	h := &hues[hue]
	if t.options.Colors < Colors256 {
		return append(dst, '\x1b', '[', '7', ';', '3', '0'+h.ansi16, 'm')
	}
	dst = append(dst, "\x1b[38;5;16;48;5;"...)
	dst = strconv.AppendUint(dst, uint64(h.ansi256), 10)
	return append(dst, 'm')
}

// escape appends a text with a backslash before each special character. Control characters and
// bytes that are not UTF-8 become \x and two hexadecimal digits. So does white space of ASCII, but
// with spaces set, only a carriage return that ends no line does.
func escape(dst []byte, s, special string, spaces bool) []byte {
	for k := 0; k < len(s); {
		b := s[k]
		if b < utf8.RuneSelf {
			white := b == ' ' || b == '\t' || b == '\n' || b == '\r' && k+1 < len(s) && s[k+1] == '\n'
			switch {
			case white && spaces, b > ' ' && b < 0x7f && strings.IndexByte(special, b) < 0:
				dst = append(dst, b)
			case b > ' ' && b < 0x7f:
				dst = append(dst, '\\', b)
			default:
				dst = hexByte(dst, b)
			}
			k++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[k:])
		if r == utf8.RuneError && size == 1 || r < 0xa0 {
			for _, b := range []byte(s[k : k+size]) {
				dst = hexByte(dst, b)
			}
		} else {
			dst = append(dst, s[k:k+size]...)
		}
		k += size
	}
	return dst
}

func hexByte(dst []byte, b byte) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'x', hex[b>>4], hex[b&15])
}

package features

import (
	"strings"

	"github.com/trellis-nlp/trellis/internal/enum"
)

// Dialect is the language of a template file. The package documentation describes each. The values
// are ordered: every file that Wapiti accepts has the same meaning in DialectTrellis.
type Dialect int

const (
	// DialectAuto chooses one of the others from the content of the file.
	DialectAuto Dialect = iota
	// DialectCRFPP reads the template files of CRF++.
	DialectCRFPP
	// DialectWapiti reads the pattern files of Wapiti.
	DialectWapiti
	// DialectTrellis is DialectWapiti with named columns, optional lines and more macros.
	DialectTrellis
)

var dialectNames = enum.Names[Dialect]{
	DialectAuto: "auto", DialectCRFPP: "crf++", DialectWapiti: "wapiti", DialectTrellis: "trellis",
}

// String returns the name, as read by [ParseDialect].
func (d Dialect) String() string { return dialectNames.String(d) }

// ParseDialect returns the dialect with this name: auto, crf++, wapiti or trellis.
func ParseDialect(name string) (Dialect, error) { return dialectNames.Parse("template dialect", name) }

// detect implements DialectAuto. It returns the lowest dialect that supports every construct of a
// file. It leaves all checks to the parser, so that errors in a file refer to the dialect it was
// written in.
func detect(source string) Dialect {
	d := DialectCRFPP
	for line := range strings.Lines(source) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		switch line[0] {
		case 'u', 'b', '*':
			d = max(d, DialectWapiti)
		case '?':
			d = max(d, DialectTrellis)
		}
		for {
			_, rest, found := strings.Cut(line, "%")
			if !found {
				break
			}
			d = max(d, dialectOfMacro(rest))
			line = rest
		}
	}
	return d
}

// dialectOfMacro returns the lowest dialect with this macro. s is the text after the %.
func dialectOfMacro(s string) Dialect {
	if s == "" {
		return DialectCRFPP
	}
	spec, known := macros[s[0]]
	args, bracket := strings.CutPrefix(s[1:], "[")
	if !known || !bracket {
		return DialectCRFPP
	}
	d := spec.since
	offset, column, _ := strings.Cut(args, ",")
	if strings.ContainsAny(offset, "@+ \t") {
		d = max(d, DialectWapiti)
	}
	if strings.HasPrefix(column, "+") || column != strings.TrimLeft(column, blanks) {
		d = max(d, DialectWapiti)
	}
	if column = strings.TrimLeft(column, blanks); column != "" && isLetter(column[0]) {
		d = max(d, DialectTrellis)
	}
	return d
}

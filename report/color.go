package report

import (
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// A hue is one of the colours of labels. Black text has a contrast of at least 7 on light and on
// ansi256, and white text on dark.
type hue struct {
	light, dark [3]uint8 // red, green and blue, on a light and on a dark page
	ansi256     uint8    // of the 256 colours of a terminal
	ansi16      uint8    // of the 8 colours that terminals have themes for
}

// The hues have equal lightness in the OKLCH colour space, but for brown.
var hues = [...]hue{
	blue:    {[3]uint8{182, 211, 254}, [3]uint8{40, 82, 142}, 153, 4},
	green:   {[3]uint8{156, 230, 171}, [3]uint8{21, 99, 47}, 151, 2},
	amber:   {[3]uint8{237, 206, 121}, [3]uint8{102, 79, 0}, 222, 3},
	red:     {[3]uint8{254, 190, 189}, [3]uint8{133, 53, 56}, 217, 1},
	violet:  {[3]uint8{217, 198, 254}, [3]uint8{92, 66, 133}, 183, 5},
	teal:    {[3]uint8{114, 233, 218}, [3]uint8{0, 96, 88}, 80, 6},
	orange:  {[3]uint8{254, 195, 150}, [3]uint8{124, 65, 0}, 216, 3},
	lime:    {[3]uint8{197, 221, 138}, [3]uint8{73, 91, 0}, 186, 2},
	magenta: {[3]uint8{254, 182, 238}, [3]uint8{118, 56, 106}, 219, 5},
	sky:     {[3]uint8{140, 222, 255}, [3]uint8{0, 92, 117}, 117, 6},
	brown:   {[3]uint8{217, 181, 162}, [3]uint8{94, 64, 47}, 180, 1},
	grey:    {[3]uint8{205, 209, 216}, [3]uint8{79, 83, 89}, 252, 7},
}

const (
	blue = iota
	green
	amber
	red
	violet
	teal
	orange
	lime
	magenta
	sky
	brown
	grey
)

// known has the hues of frequent labels, in lower case: entity types, chunk types and universal
// parts of speech.
var known = func() map[string]int {
	m := make(map[string]int)
	for k, names := range [...]string{
		blue:    "per person pers noun np",
		green:   "loc location place adj adjp",
		amber:   "org organization organisation corporation company det",
		red:     "misc norp verb vp",
		violet:  "work_of_art creative-work pron",
		teal:    "date time adv advp",
		orange:  "event aux",
		lime:    "money percent quantity cardinal ordinal num",
		magenta: "product adp pp",
		sky:     "gpe propn vehicle",
		brown:   "group language law sconj cconj conj part sbar",
		grey:    "fac facility punct sym x intj",
	} {
		for name := range strings.FieldsSeq(names) {
			m[name] = k
		}
	}
	return m
}()

// hueOf returns the hue of a label. Case does not matter.
func hueOf(label string) int {
	const offset, prime = 2166136261, 16777619 // FNV-1a
	var lower [16]byte                         // no known label is longer
	hash := uint32(offset)
	for k := range len(label) {
		c := label[k]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if k < len(lower) {
			lower[k] = c
		}
		hash = (hash ^ uint32(c)) * prime
	}
	if len(label) <= len(lower) {
		if k, ok := known[string(lower[:len(label)])]; ok {
			return k
		}
	}
	return int(hash>>16) % len(hues)
}

// hueOfToken returns the hue of the label of a token: that of the type of a span, such as PER in
// B-PER, and grey outside of spans.
func hueOfToken(label string) int {
	if label == "O" {
		return grey
	}
	if letter, typ := structured.SplitLabel(label); letter != 'O' && typ != "" {
		return hueOf(typ)
	}
	return hueOf(label)
}

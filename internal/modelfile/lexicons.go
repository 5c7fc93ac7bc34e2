package modelfile

import (
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
)

// LexiconSections returns the sections of lexicons. Those of lexicon k have a prefix with the
// number k.
func LexiconSections(list []lexicon.Lexicon) []container.Section {
	var sections []container.Section
	for k, l := range list {
		for _, s := range lexicon.Sections(l) {
			sections = append(sections, container.Section{Name: prefix(k) + s.Name, Data: s.Data})
		}
	}
	return sections
}

// Lexicons reads n lexicons from the sections.
func Lexicons(sections map[string][]byte, n int) ([]lexicon.Lexicon, error) {
	if n < 0 || n > model.MaxLexicons {
		return nil, fmt.Errorf("%d lexicons: want 0..%d", n, model.MaxLexicons)
	}
	var list []lexicon.Lexicon
	for k := range n {
		own := make(map[string][]byte)
		for name, data := range sections {
			if short, ok := strings.CutPrefix(name, prefix(k)); ok {
				own[short] = data
			}
		}
		l, err := lexicon.Decode(own)
		if err != nil {
			return nil, fmt.Errorf("lexicon %d: %w", k, err)
		}
		list = append(list, l)
	}
	return list, nil
}

func prefix(k int) string { return fmt.Sprintf("x%d.", k) }

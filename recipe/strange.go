package recipe

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// Labels that encode spans in ways that no scheme of package structured does.
var (
	lettered  = regexp.MustCompile(`^([BIESLUMO])[^\pL\pN]+(\pL.*)$`)                            // B:PER
	bracketed = regexp.MustCompile(`^[<(\[{]/?\pL[\pL\pN_-]*\*?[>)\]}]?$|^(\*|\*?\pL+)[>)\]}]$`) // <PER>, (PER*, PER), *)
	numbered  = regexp.MustCompile(`^\(?\pL[\pL\pN_-]*\(\d*\)?$`)                                // PER(1
)

// StrangeSpans describes labels that look like spans in an unknown scheme, for a warning that
// starts with "the labels". It returns "" for other labels.
func StrangeSpans(labels []string) string {
	letters := make(map[string]string) // by type
	first, odd, all, pairs := "", 0, 0, false
	for _, label := range labels {
		if strings.Trim(label, "O_-*?") == "" {
			continue
		}
		all++
		m := lettered.FindStringSubmatch(label)
		letter, _ := structured.SplitLabel(label)
		switch {
		case letter != 'O':
			continue
		case m != nil:
			typ := m[2]
			pairs = pairs || letters[typ] != "" && letters[typ] != m[1]
			letters[typ] = m[1]
		case bracketed.MatchString(label) || numbered.MatchString(label):
			pairs = true
		default:
			continue
		}
		if odd++; first == "" {
			first = label
		}
	}
	if !pairs || 2*odd <= all {
		return ""
	}
	return fmt.Sprintf("look like spans in an unknown scheme, such as %.40q, and are read as single labels; expected labels such as B-PER and I-PER", first)
}

package standoff_test

import (
	"regexp"
	"strconv"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/text/standoff"
)

// The numbers in the files of each format, in each unit, are places of the text of the spans. The
// test reads the files without the readers of this package.
func TestOffsetsInFiles(t *testing.T) {
	units := map[standoff.Unit]func(text string, start, end int) string{
		standoff.Bytes: func(text string, start, end int) string { return text[start:end] },
		standoff.Runes: func(text string, start, end int) string { return string([]rune(text)[start:end]) },
		standoff.UTF16: func(text string, start, end int) string {
			return string(utf16.Decode(utf16.Encode([]rune(text))[start:end]))
		},
	}
	numbers := map[standoff.Format]*regexp.Regexp{
		standoff.Doccano:         regexp.MustCompile(`\[(\d+), (\d+), "`),
		standoff.DoccanoEntities: regexp.MustCompile(`"start_offset": (\d+), "end_offset": (\d+)`),
		standoff.SpaCy:           regexp.MustCompile(`\[(\d+), (\d+), "`),
		standoff.SpaCyDoc:        regexp.MustCompile(`"start": (\d+), "end": (\d+)`),
		standoff.LabelStudio:     regexp.MustCompile(`"start": (\d+), "end": (\d+)`),
		standoff.Brat:            regexp.MustCompile(`(?m)^T\d+\t\S+ (\d+) (\d+)\t`),
	}
	for format, pattern := range numbers {
		for unit, part := range units {
			spans := 0
			for _, d := range documents() {
				var file string
				text := d.Text
				if format == standoff.Brat {
					if unit != format.Unit() {
						continue // brat files count runes
					}
					files := writeBrat(t, []standoff.Document{d})
					text, file = string(files[d.ID+".txt"].Data), string(files[d.ID+".ann"].Data)
				} else {
					file = write(t, standoff.Options{Format: format, Unit: unit}, []standoff.Document{d})
				}
				found := pattern.FindAllStringSubmatch(file, -1)
				require.Len(t, found, len(d.Spans), "%v %s", format, file)
				for k, numbers := range found {
					start, err := strconv.Atoi(numbers[1])
					require.NoError(t, err)
					end, err := strconv.Atoi(numbers[2])
					require.NoError(t, err)
					assert.Equal(t, d.Covered(d.Spans[k]), part(text, start, end), "%v in %v", format, unit)
					spans++
				}
			}
			assert.True(t, spans > 0 || format == standoff.Brat && unit != format.Unit())
		}
	}
}

package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// contrast returns the contrast of two colours by WCAG 2.
func contrast(a, b [3]float64) float64 {
	light := func(c [3]float64) float64 {
		var sum float64
		for k, weight := range [...]float64{0.2126, 0.7152, 0.0722} {
			v := c[k] / 255
			if v <= 0.04045 {
				v /= 12.92
			} else {
				v = math.Pow((v+0.055)/1.055, 2.4)
			}
			sum += weight * v
		}
		return sum
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// over returns a colour with an opacity over another one.
func over(c [3]uint8, opacity float64, page [3]float64) (mixed [3]float64) {
	for k := range c {
		mixed[k] = opacity*float64(c[k]) + (1-opacity)*page[k]
	}
	return mixed
}

func TestHuesAreReadable(t *testing.T) {
	// The colours --page and --ink of page.gohtml.
	white, dark := [3]float64{255, 255, 255}, [3]float64{0x16, 0x18, 0x1c}
	black, light := [3]float64{0x1c, 0x1e, 0x21}, [3]float64{0xf0, 0xf2, 0xf5}
	for k, h := range hues {
		for opacity := faintest; opacity <= 1; opacity += 0.1 {
			assert.Greater(t, contrast(black, over(h.light, opacity, white)), 8.5, "hue %d", k)
			assert.Greater(t, contrast(light, over(h.dark, opacity, dark)), 6.5, "hue %d", k)
		}
		cube := [...]float64{0, 95, 135, 175, 215, 255}
		n := int(h.ansi256) - 16
		fixed := [3]float64{208, 208, 208} // colour 252, a grey
		if n < 216 {
			fixed = [3]float64{cube[n/36], cube[n/6%6], cube[n%6]}
		}
		assert.Greater(t, contrast([3]float64{}, fixed), 10.0, "hue %d", k)
		assert.Contains(t, []uint8{1, 2, 3, 4, 5, 6, 7}, h.ansi16)
	}
}

func TestHueOf(t *testing.T) {
	for _, set := range [][]string{
		{"PER", "LOC", "ORG", "MISC"},
		{"person", "location", "group", "corporation", "product", "creative-work"},
		{"NOUN", "VERB", "ADJ", "ADV", "PROPN", "PRON", "DET", "ADP", "AUX", "NUM", "PUNCT"},
		{"NP", "VP", "PP", "ADVP", "ADJP"},
	} {
		seen := make(map[int]string)
		for _, label := range set {
			h := hueOf(label)
			assert.Empty(t, seen[h], "%s has the hue of another label", label)
			seen[h] = label
		}
	}
	assert.Equal(t, hueOf("per"), hueOf("PER"))
	seen := make(map[int]bool)
	for k := range 200 {
		seen[hueOf("label"+string(rune('a'+k%26))+string(rune('a'+k/26)))] = true
	}
	assert.Len(t, seen, len(hues), "a hue is never used")
}

func TestHueOfToken(t *testing.T) {
	assert.Equal(t, hueOf("PER"), hueOfToken("I-PER"))
	assert.Equal(t, hueOf("NOUN"), hueOfToken("NOUN"))
	assert.Equal(t, hueOf("B"), hueOfToken("B"))
	assert.Equal(t, grey, hueOfToken("O"))
}

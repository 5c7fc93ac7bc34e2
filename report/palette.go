package report

import "image/color"

// A Color is the background of a label on a light and on a dark page. Black text on Light and white
// text on Dark have a contrast of at least 7.
type Color struct {
	Light, Dark color.RGBA
}

// ColorOf returns the colour that all outputs of this package give a label, or the type of a span.
// It depends only on the name, and case does not matter.
func ColorOf(label string) Color {
	h := hues[hueOf(label)]
	return Color{opaque(h.light), opaque(h.dark)}
}

func opaque(c [3]uint8) color.RGBA { return color.RGBA{c[0], c[1], c[2], 255} }

// Package plots draws figures as SVG. A figure consists of panels side by side. A panel has bars
// with intervals, or series of points with optional lines. The same panels give the same bytes.
//
// Figures name no font but the generic sans-serif. Margins are computed from upper bounds of the
// widths of texts, so no font clips a label. The legend is below the plot. Series differ in colour
// and in marker, and the colours suit colour-blind readers (Okabe & Ito 2008).
package plots

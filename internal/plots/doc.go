// Package plots draws figures for comparisons as PNG or SVG. A figure consists of panels side by
// side. A panel has bars with error bars, or series of points with optional lines. The same panels
// give the same bytes. Only this package imports gonum/plot.
package plots

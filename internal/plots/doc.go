// Package plots draws the figures of comparisons: panels side by side, as PNG or SVG.
//
// In flow panels: bars with their deviations, or series of points, joined by lines or not, against two axes;
// out comes a picture, the same bytes for the same panels. It is the one room that knows gonum/plot.
package plots

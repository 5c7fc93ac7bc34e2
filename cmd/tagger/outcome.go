package main

import (
	"strconv"

	"github.com/trellis-nlp/trellis/optimize"
)

// endings says how training ended.
var endings = map[optimize.Reason]string{
	optimize.Converged:    "converged",
	optimize.LimitReached: "ended",
	optimize.FloorReached: "no loss left",
	optimize.NoProgress:   "no further progress",
	optimize.Stopped:      "dev score no longer better",
	optimize.Cancelled:    "interrupted",
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

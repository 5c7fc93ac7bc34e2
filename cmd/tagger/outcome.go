package main

import (
	"fmt"
	"strconv"

	"github.com/trellis-nlp/trellis/model"
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

// ended says how training ended, and which step became the model.
func ended(s *model.Summary) string {
	text := fmt.Sprintf("%s after %d steps", endings[s.Reason], s.Steps)
	if s.Dev == nil {
		return text + fmt.Sprintf(", loss %.8g", s.BestLoss)
	}
	return text + fmt.Sprintf("; kept step %d: loss %.8g, dev %.2f%%", s.BestStep, s.BestLoss, 100*s.Dev.F1)
}

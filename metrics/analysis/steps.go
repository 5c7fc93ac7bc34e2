package analysis

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// A Step is a step of a training: an iteration of a batch method, or an epoch of a stochastic one.
type Step struct {
	Run       int      `json:"run,omitempty"` // number of the restart
	Step      int      `json:"step"`          // from 1
	Seconds   float64  `json:"seconds"`
	Objective float64  `json:"objective"`
	GradNorm  *float64 `json:"grad_norm"`     // nil if not known
	Dev       *float64 `json:"dev,omitempty"` // F1, or accuracy for plain labels, in 0..1
}

// ErrStep means that a line is not a step.
var ErrStep = errors.New("not a step of a training log")

// maxLine bounds a line of a log, and maxSteps the number of lines.
const (
	maxLine  = 1 << 20
	maxSteps = 1 << 20
)

// ReadSteps reads steps, one JSON object a line. Errors start with the name and the line.
func ReadSteps(r io.Reader, name string) ([]Step, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var list []Step
	n := 0
	for lines.Scan() {
		n++
		if len(lines.Bytes()) == 0 {
			continue
		}
		var s Step
		err := json.Unmarshal(lines.Bytes(), &s)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s:%d: %w: %w; expected a file of train --log-json", name, n, ErrStep, err)
		case s.Step < 1:
			return nil, fmt.Errorf("%s:%d: %w: step %d; expected a file of train --log-json", name, n, ErrStep, s.Step)
		case s.Dev != nil && !(*s.Dev >= 0 && *s.Dev <= 1):
			return nil, fmt.Errorf("%s:%d: %w: a score of %v; expected a number from 0 to 1", name, n, ErrStep, *s.Dev)
		case math.Abs(s.Objective) > math.MaxFloat32:
			return nil, fmt.Errorf("%s:%d: %w: an objective of %v", name, n, ErrStep, s.Objective)
		case len(list) == maxSteps:
			return nil, fmt.Errorf("%s:%d: %w: more than %d steps", name, n, ErrStep, maxSteps)
		}
		list = append(list, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	return list, nil
}

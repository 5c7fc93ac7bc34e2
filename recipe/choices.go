package recipe

import (
	"slices"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/text/standoff"
)

var (
	costNames   = []string{"hamming", "boundary", "entity"}
	formatNames = func() (names []string) {
		for f := corpus.FormatAuto; f <= corpus.CRFsuite; f++ {
			names = append(names, f.String())
		}
		for f := standoff.Doccano; f <= standoff.XML; f++ {
			names = append(names, f.String())
		}
		return names
	}()
)

// Choices lists the values of an option of [Config]: cost, format, loss or optimizer. It returns
// nil for other options.
func Choices(option string) []string {
	switch option {
	case "cost":
		return slices.Clone(costNames)
	case "format":
		return slices.Clone(formatNames)
	case "loss":
		return losses.Names()
	case "optimizer":
		return optimizerNames(func(optimizer) bool { return true })
	}
	return nil
}

package main

import (
	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
)

// printingFlags say that sentences are written as another tool writes them.
func printingFlags(c *cobra.Command, o *trellis.FileOptions) {
	f := c.Flags()
	f.StringVar(&o.OutputFormat, "output-format", "same", "what is written: the same format as is read, or what crfsuite, crfpp or wapiti writes")
	f.StringSliceVar(&o.Detail, "detail", nil, "`LIST` of what such output says besides: reference, path, all (crfsuite), all (crfpp), scores, bare (wapiti)")
	complete(c, "output-format", "same", "crfsuite", "crfpp", "wapiti")
	complete(c, "detail", "reference", "path", "all", "scores", "bare")
}

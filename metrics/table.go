package metrics

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/structured"
)

// maxConfusions is how many confusions a table shows.
const maxConfusions = 10

// WriteTable writes r for people to read, in the spirit of conlleval: the figures over
// everything, a row for each label or type of span, and the most frequent confusions. A type
// without a name, of labels that are bare letters, is shown as "-".
func (r Results) WriteTable(w io.Writer) error {
	var b bytes.Buffer
	unit := "label"
	if r.Scheme == structured.Plain {
		fmt.Fprintf(&b, "%d tokens in %d sentences\n", r.Tokens, r.Sentences)
		fmt.Fprintf(&b, "accuracy %s, whole sentences %s\n", percent(r.Accuracy), percent(r.SentenceAccuracy))
	} else {
		unit = "type"
		fmt.Fprintf(&b, "%d tokens in %d sentences with %d spans; found %d spans, correct %d\n",
			r.Tokens, r.Sentences, r.Support, r.Predicted, r.Correct)
		fmt.Fprintf(&b, "precision %s, recall %s, F1 %s\n", percent(r.Precision), percent(r.Recall), percent(r.F1))
		fmt.Fprintf(&b, "accuracy %s, whole sentences %s\n", percent(r.Accuracy), percent(r.SentenceAccuracy))
	}
	if r.Known != nil {
		fmt.Fprintf(&b, "known words %s, unknown words %s\n", share(r.Known), share(r.Unknown))
	}

	if len(r.Labels) > 0 {
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(t, "\n%s\tprecision\trecall\tF1\tgold\tpredicted\tcorrect\t\n", unit)
		for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
			s := r.Labels[name]
			if name == "" {
				name = "-"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t\n", name,
				percent(s.Precision), percent(s.Recall), percent(s.F1), s.Support, s.Predicted, s.Correct)
		}
		t.Flush() // a Buffer takes everything
	}
	if len(r.Confusions) > 0 {
		b.WriteString("\nmost frequent confusions\n")
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprint(t, "gold\tpredicted\ttokens\t\n")
		for _, c := range r.Confusions[:min(len(r.Confusions), maxConfusions)] {
			fmt.Fprintf(t, "%s\t%s\t%d\t\n", c.Gold, c.Predicted, c.Count)
		}
		t.Flush()
	}
	_, err := w.Write(b.Bytes())
	return err
}

// share is the part of some tokens that is right, or says that there are none.
func share(s *Share) string {
	if s.Tokens == 0 {
		return "none"
	}
	return fmt.Sprintf("%s of %d", percent(s.Accuracy), s.Tokens)
}

func percent(fraction float64) string { return fmt.Sprintf("%.2f%%", 100*fraction) }

package trellis

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// scoreKey is the name of the score in comments and JSON.
const scoreKey = "score"

// Write writes the chosen sentences in the format of the pool, each with its score. Columns and
// plain text have the score in a comment line before the sentence. Documents in JSON have it under
// the key score. Create opens the files of documents of brat, which have no place for it; it may be
// nil.
func (s *Selection) Write(w io.Writer, create func(name string) (io.WriteCloser, error), o standoff.Options) error {
	rows := corpus.NewWriter(w)
	docs := &documentWriter{w: w, create: create, o: o}
	for k := range s.Chosen {
		c := &s.Chosen[k]
		score := strconv.FormatFloat(c.Score, 'f', 6, 64)
		var err error
		switch u := c.unit; {
		case u.document != nil:
			d := *u.document
			d.Extra = slices.DeleteFunc(slices.Clone(d.Extra), func(f standoff.Field) bool { return f.Key == scoreKey })
			if u.format != standoff.Brat {
				d.Extra = append(d.Extra, standoff.Field{Key: scoreKey, Value: json.RawMessage(score)})
			}
			err = docs.write(u.format, &d)
		case u.rows != nil:
			e := corpus.Edit{Again: true, Comments: []string{scoreKey + " = " + score}}
			if k == 0 && u.layout.Format == corpus.CoNLLU && u.layout.Columns != 10 {
				e.Comments = append([]string{"global.columns = " + strings.ToUpper(strings.Join(u.layout.Names, " "))}, e.Comments...)
			}
			err = rows.WriteEdited(&u.rows.Rows, e)
		default:
			_, err = fmt.Fprintf(w, "# %s = %s\n%s\n", scoreKey, score, u.plain)
		}
		if err != nil {
			return errors.Join(err, docs.close())
		}
	}
	return docs.close()
}

// WriteJSONLines writes the chosen sentences as JSON objects with score, text, file, line and
// index.
func (s *Selection) WriteJSONLines(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for k := range s.Chosen {
		if err := e.Encode(&s.Chosen[k]); err != nil {
			return err
		}
	}
	return nil
}

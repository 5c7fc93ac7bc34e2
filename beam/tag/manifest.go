package tag

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.DoFn3x1[context.Context, int, func(*Result) bool, error](&manifestFn{})
	register.Iter1[Result]()
}

// Manifest writes a PCollection<Result> to one file of JSON Lines, in the order of the inputs. It
// writes no file for an empty collection.
func Manifest(s beam.Scope, results beam.PCollection, path string) {
	s = s.Scope("tag.Manifest")
	beam.ParDo0(s, &manifestFn{Path: path}, beam.GroupByKey(s, beam.AddFixedKey(s, results)))
}

// manifestFn is the function of [Manifest].
type manifestFn struct{ Path string }

// ProcessElement writes the manifest.
func (fn *manifestFn) ProcessElement(ctx context.Context, _ int, next func(*Result) bool) error {
	var list []Result
	for r := (Result{}); next(&r); {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Result) int { return cmp.Compare(a.In, b.In) })
	return write(ctx, fn.Path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		for _, r := range list {
			if err := encoder.Encode(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadManifest reads the file that [Manifest] has written.
func ReadManifest(ctx context.Context, path string) ([]Result, error) {
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	file, err := fs.OpenRead(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var list []Result
	for decoder := json.NewDecoder(file); ; {
		var r Result
		if err := decoder.Decode(&r); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, len(list)+1, err)
		}
		list = append(list, r)
	}
}

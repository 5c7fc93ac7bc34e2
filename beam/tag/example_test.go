package tag_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"github.com/trellis-nlp/trellis/beam/tag"
)

// A pipeline labels the files of a folder with the built-in model, and records the results.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := os.WriteFile(filepath.Join(folder, "a.txt"), []byte("Anna lives in Oslo.\n"), 0o644); err != nil {
		log.Fatal(err)
	}

	model, err := tag.Find(ctx, "") // or the name of a model file
	if err != nil {
		log.Fatal(err)
	}
	out, manifest := filepath.Join(folder, "out"), filepath.Join(folder, "manifest.jsonl")
	files, err := tag.List(ctx, tag.ListOptions{Patterns: []string{filepath.Join(folder, "*.txt")}, Out: out, Format: "text"})
	if err != nil {
		log.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	tag.Manifest(s, tag.Files(s, model, beam.CreateList(s, files), tag.Options{Format: "text"}), manifest)
	if err := beamx.Run(ctx, p); err != nil {
		log.Fatal(err)
	}

	results, err := tag.ReadManifest(ctx, manifest)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range results {
		fmt.Println(filepath.Base(r.Out), r.Sentences, r.Tokens, r.Error)
	}
	// Output: a.txt.jsonl 1 5
}

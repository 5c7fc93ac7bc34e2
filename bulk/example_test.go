package bulk_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/bulk"
)

// The columns before the text stay as they are.
func ExampleTagLines() {
	m, err := trellis.Ready()
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader("7\tYes\n8\t\\N\n")}
	if err := bulk.TagLines(context.Background(), m, os.Stdout, rows, bulk.LineOptions{Format: bulk.TSV}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 7	{"text":"Yes","start":0,"end":3,"sentences":[{"start":0,"end":3}],"tokens":[{"text":"Yes","start":0,"end":3,"label":"INTJ"}],"entities":[]}
	// 8	\N
}

// A scheduler runs this once for each shard.
func ExampleTagFiles() {
	m, err := trellis.Ready()
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "bulk")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	in := filepath.Join(dir, "rows.tsv")
	if err := os.WriteFile(in, []byte("7\tYes\n8\tNo\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	tag := func(ctx context.Context, w io.Writer, path string) error {
		return bulk.TagLines(ctx, m, w, trellis.Source{Paths: []string{path}}, bulk.LineOptions{Format: bulk.TSV})
	}
	manifest, err := bulk.TagFiles(context.Background(), []string{in}, bulk.FileOptions{Dir: filepath.Join(dir, "out"), Resume: true, Tag: tag})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(manifest.Files), manifest.Lines)
	// Output: 1 2
}

package archtest

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// embedder decodes, and evaluates every loss, on the scores of another program.
const embedder = `package main

import (
	"context"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/layer"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

func main() {
	labels := make([]int, 2)
	_, err := viterbi.Decode(labels, structured.NewLattice(2, 2, structured.SharedEdges))
	batch := layer.NewBatch(1, 2, 2)
	for _, name := range losses.Names() {
		loss, _ := losses.New(name, losses.Options{})
		err = new(layer.Chain).Loss(context.Background(), nil, make([]float32, 1), batch, layer.Target{Labels: labels}, loss)
	}
	println(err)
}
`

// otherModules lists the modules in go.mod, except for x/sys.
func otherModules(t *testing.T) (list []string) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	require.NoError(t, err)
	for line := range strings.Lines(string(mod)) {
		words := strings.Fields(strings.TrimPrefix(line, "require"))
		if len(words) >= 2 && strings.HasPrefix(words[1], "v") && words[0] != "golang.org/x/sys" {
			list = append(list, words[0])
		}
	}
	return list
}

// A program that embeds a decoder, a loss or the layer links no code of other modules but x/sys.
func TestEmbedderLinksNoOtherModule(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads the symbols of an ELF file")
	}
	folder := t.TempDir()
	source, program := filepath.Join(folder, "main.go"), filepath.Join(folder, "main")
	require.NoError(t, os.WriteFile(source, []byte(embedder), 0o666))
	build := exec.Command("go", "build", "-o", program, source)
	build.Dir = filepath.Join("..", "..")
	build.Stderr = os.Stderr
	require.NoError(t, build.Run())
	file, err := elf.Open(program)
	require.NoError(t, err)
	defer file.Close()
	symbols, err := file.Symbols()
	require.NoError(t, err)
	modules := otherModules(t)
	require.Contains(t, modules, "golang.org/x/exp")
	mine := 0
	for _, s := range symbols {
		for _, m := range modules {
			assert.NotContains(t, s.Name, m+"/")
			assert.NotContains(t, s.Name, m+".")
		}
		if strings.HasPrefix(s.Name, "github.com/trellis-nlp/trellis/layer.") {
			mine++
		}
	}
	assert.Positive(t, mine)
}

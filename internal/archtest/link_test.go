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

// symbols builds a program and returns the names of its symbols.
func symbols(t *testing.T, source string) (names []string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("reads the symbols of an ELF file")
	}
	folder := t.TempDir()
	file, program := filepath.Join(folder, "main.go"), filepath.Join(folder, "main")
	require.NoError(t, os.WriteFile(file, []byte(source), 0o666))
	build := exec.Command("go", "build", "-o", program, file)
	build.Dir, build.Stderr = filepath.Join("..", ".."), os.Stderr
	require.NoError(t, build.Run())
	built, err := elf.Open(program)
	require.NoError(t, err)
	defer built.Close()
	list, err := built.Symbols()
	require.NoError(t, err)
	for _, s := range list {
		names = append(names, s.Name)
	}
	return names
}

// having counts the names that contain a part.
func having(names []string, part string) (n int) {
	for _, name := range names {
		if strings.Contains(name, part) {
			n++
		}
	}
	return n
}

// A program that embeds a decoder, a loss or the layer links no code of other modules but x/sys.
func TestEmbedderLinksNoOtherModule(t *testing.T) {
	names := symbols(t, embedder)
	modules := otherModules(t)
	require.Contains(t, modules, "golang.org/x/exp")
	for _, m := range modules {
		assert.Zero(t, having(names, m+"/")+having(names, m+"."), m)
	}
	assert.Positive(t, having(names, "github.com/trellis-nlp/trellis/layer."))
	assert.Positive(t, having(names, "golang.org/x/sys/cpu."))
}

// Only programs that call Ready contain the built-in model.
func TestOnlyReadyLinksTheModel(t *testing.T) {
	if testing.Short() {
		t.Skip("links two large programs")
	}
	const source = `package main

import "github.com/trellis-nlp/trellis"

func main() { println(trellis.Open("")) }
`
	const model = "github.com/trellis-nlp/trellis/ready."
	assert.Zero(t, having(symbols(t, source), model))
	assert.Positive(t, having(symbols(t, strings.Replace(source, `Open("")`, "Ready()", 1)), model))
}

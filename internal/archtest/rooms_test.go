package archtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A room is a package of this module and what its code, tests aside, may import beyond the standard
// library.
type room struct {
	path    string   // below the module's path
	rooms   []string // of this module, each of which stands above this row
	modules []string // of others: these and the packages in them
	public  bool     // users import it
	system  bool     // it may open files and print
	tests   bool     // only tests may import it
}

// rooms has a row for every package of the module, from the ground up.
var rooms = []room{
	{path: "internal/simd",
		modules: []string{"golang.org/x/exp/constraints", "golang.org/x/sys/cpu"}},
	{path: "internal/vec"},
	{path: "structured", public: true,
		rooms: []string{"internal/vec"}},
	{path: "internal/sparsemax",
		rooms: []string{"internal/vec"}},
	{path: "decode/viterbi", public: true,
		rooms: []string{"internal/simd", "internal/sparsemax", "internal/vec", "structured"}},
	{path: "inference/forwardbackward", public: true,
		rooms: []string{"internal/simd", "internal/vec", "structured"}},
	{path: "pruned", public: true,
		rooms: []string{"internal/simd", "internal/sparsemax", "internal/vec", "structured"}},
	{path: "semimarkov", public: true,
		rooms: []string{"internal/simd", "internal/sparsemax", "internal/vec", "structured"}},
	{path: "losses", public: true,
		rooms: []string{"internal/vec", "structured", "decode/viterbi", "inference/forwardbackward", "semimarkov", "pruned"}},
	{path: "layer", public: true,
		rooms: []string{"internal/vec", "structured", "losses"}},
	{path: "internal/lines"},
	{path: "corpus", public: true,
		rooms: []string{"internal/lines"}},
	{path: "corpus/attrfile", public: true,
		rooms: []string{"internal/lines", "corpus"}},
	{path: "corpus/annotation", public: true,
		rooms: []string{"structured"}},
	{path: "internal/safefile", system: true},
	{path: "internal/input", system: true,
		rooms: []string{"internal/safefile", "corpus", "corpus/attrfile"}},
	{path: "semimarkov/spans", public: true,
		rooms: []string{"structured", "semimarkov", "corpus/annotation"}},
	{path: "cluster", public: true,
		rooms: []string{"corpus"}},
	{path: "internal/fingerprint"},
	{path: "internal/workers"},
	{path: "features", public: true,
		rooms: []string{"internal/simd", "internal/fingerprint"}},
	{path: "internal/checkpoint"},
	{path: "optimize", public: true,
		rooms:   []string{"internal/checkpoint"},
		modules: []string{"gonum.org/v1/gonum"}},
	{path: "metrics", public: true,
		rooms:   []string{"structured", "corpus/annotation"},
		modules: []string{"golang.org/x/exp/constraints"}},
	{path: "internal/container", system: true,
		modules: []string{"github.com/edsrzf/mmap-go"}},
	{path: "lexicon", public: true,
		rooms: []string{"internal/fingerprint", "internal/container", "corpus", "cluster", "features"}},
	{path: "model", public: true,
		rooms:   []string{"structured", "corpus", "corpus/attrfile", "corpus/annotation", "features", "lexicon", "optimize", "metrics", "internal/container", "internal/input", "internal/workers"},
		modules: []string{"golang.org/x/text"}},
	{path: "internal/training",
		rooms:   []string{"structured", "losses", "optimize", "metrics", "model"},
		modules: []string{"gonum.org/v1/gonum"}},
	{path: "internal/chain",
		rooms: []string{"structured", "decode/viterbi", "inference/forwardbackward", "corpus/annotation", "model"}},
	{path: "interop/crfsuite", public: true,
		rooms: []string{"structured", "decode/viterbi", "inference/forwardbackward", "internal/chain", "model", "corpus/attrfile", "corpus/annotation", "features"}},
	{path: "interop/internal/rawlines",
		rooms: []string{"corpus", "features"}},
	{path: "interop/crfpp", public: true,
		rooms: []string{"structured", "decode/viterbi", "inference/forwardbackward", "internal/chain", "model", "corpus", "corpus/attrfile", "corpus/annotation", "features", "interop/internal/rawlines"}},
	{path: "interop/wapiti", public: true,
		rooms: []string{"structured", "decode/viterbi", "inference/forwardbackward", "internal/chain", "model", "corpus", "corpus/attrfile", "corpus/annotation", "features", "interop/internal/rawlines"}},
	{path: "internal/modelfile",
		rooms:   []string{"internal/container", "features", "lexicon", "model"},
		modules: []string{"golang.org/x/exp/constraints"}},
	{path: "crf", public: true,
		rooms: []string{"internal/workers", "internal/simd", "internal/checkpoint", "internal/container", "internal/fingerprint", "internal/modelfile", "structured", "decode/viterbi", "internal/chain", "inference/forwardbackward", "losses",
			"corpus/attrfile", "corpus/annotation", "features", "lexicon", "optimize", "metrics", "model", "internal/training"},
		modules: []string{"golang.org/x/exp/constraints", "gonum.org/v1/gonum"}},
	{path: "semicrf", public: true,
		rooms:   []string{"internal/workers", "internal/container", "internal/modelfile", "structured", "losses", "semimarkov", "corpus/attrfile", "corpus/annotation", "semimarkov/spans", "features", "optimize", "metrics", "model", "internal/training"},
		modules: []string{"gonum.org/v1/gonum"}},
	{path: "prunedcrf", public: true,
		rooms: []string{"internal/workers", "internal/container", "internal/fingerprint", "internal/modelfile", "internal/vec", "structured", "pruned", "losses", "corpus/attrfile", "corpus/annotation", "features", "lexicon", "optimize", "metrics", "model", "internal/training"}},
	{path: "recipe", public: true,
		rooms:   []string{"structured", "losses", "corpus", "corpus/annotation", "features", "optimize", "model", "internal/training"},
		modules: []string{"github.com/BurntSushi/toml"}},
	{path: "interop", public: true,
		rooms: []string{"model", "crf", "interop/crfsuite", "interop/crfpp", "interop/wapiti"}},
	{path: "internal/learning", system: true,
		rooms: []string{"structured", "corpus", "corpus/attrfile", "corpus/annotation", "cluster", "features", "lexicon", "optimize", "metrics", "model", "crf", "semicrf", "prunedcrf", "recipe",
			"internal/input", "internal/safefile", "internal/workers"}},
	{path: "study", public: true, system: true,
		rooms:   []string{"structured", "losses", "corpus", "corpus/annotation", "metrics", "model", "crf", "recipe", "internal/input", "internal/learning"},
		modules: []string{"gonum.org/v1/gonum/stat"}},

	{path: "internal/tagging",
		rooms: []string{"structured", "corpus", "corpus/attrfile", "features", "metrics", "model", "internal/input", "internal/workers", "interop/crfsuite", "interop/crfpp", "interop/wapiti"}},
	{path: "internal/rewrite",
		rooms: []string{"structured", "corpus", "corpus/annotation", "corpus/attrfile", "features", "model", "recipe", "internal/input", "internal/learning", "internal/tagging"}},
	{path: root, public: true, system: true,
		rooms: []string{"structured", "losses", "corpus", "cluster", "features", "optimize", "metrics", "model", "crf", "semicrf", "prunedcrf", "interop/crfsuite", "interop/crfpp", "interop/wapiti", "interop",
			"recipe", "internal/input", "internal/learning", "internal/rewrite", "internal/safefile", "internal/tagging"}},

	{path: "internal/sample"},
	{path: "internal/plots",
		modules: []string{"gonum.org/v1/plot"}},
	{path: "internal/plots/margins", system: true,
		rooms: []string{"structured", "losses", "internal/safefile", "internal/plots"}},
	{path: "cmd/tagger", system: true,
		rooms:   []string{"corpus", "cluster", "features", "metrics", "study", "internal/sample", "internal/safefile", "internal/plots", root},
		modules: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/schollz/progressbar/v3", "golang.org/x/term"}},

	{path: "internal/bruteforce", tests: true,
		rooms: []string{"structured"}},
	{path: "interop/internal/damage", tests: true,
		modules: []string{"github.com/stretchr/testify"}},
	{path: "internal/archtest", tests: true},
}

// embedded are the rooms that a program with scores of its own takes in, without the rest.
var embedded = []string{"structured", "decode/viterbi", "inference/forwardbackward", "losses", "pruned", "layer", "semimarkov"}

// system are the packages through which a program reaches beyond its arguments.
var system = []string{"os", "log", "flag", "net", "syscall", "plugin", "C"}

func find(path string) (room, bool) {
	k := slices.IndexFunc(rooms, func(r room) bool { return r.path == path })
	if k < 0 {
		return room{}, false
	}
	return rooms[k], true
}

// within reports whether path is one of trees or lies below it.
func within(path string, trees []string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool {
		return path == tree || strings.HasPrefix(path, tree+"/")
	})
}

func TestTableGoesUpward(t *testing.T) {
	for k, r := range rooms {
		for _, below := range r.rooms {
			at := slices.IndexFunc(rooms, func(r room) bool { return r.path == below })
			assert.GreaterOrEqual(t, at, 0, "%s may import %s, which is no room", r.path, below)
			assert.Less(t, at, k, "%s may import %s, which stands above it", r.path, below)
		}
	}
}

func TestEveryPackageIsARoom(t *testing.T) {
	var found []string
	for _, p := range packages(t) {
		_, ok := find(p.room)
		assert.True(t, ok, "package %s is not in the table of rooms", p.room)
		found = append(found, p.room)
	}
	for _, r := range rooms {
		assert.Contains(t, found, r.path, "the table of rooms has a row for no package")
	}
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	for _, p := range packages(t) {
		r, ok := find(p.room)
		if !ok {
			continue // TestEveryPackageIsARoom says so
		}
		for _, path := range p.Imports {
			inner, mine := p.inModule(path)
			switch {
			case mine:
				assert.Contains(t, r.rooms, inner, "%s may not import %s", p.room, inner)
				below, _ := find(inner)
				assert.False(t, below.tests, "%s imports %s, which is for tests only", p.room, inner)
			case !isStandard(path):
				assert.True(t, within(path, r.modules), "%s may not import %s", p.room, path)
			case !r.system:
				assert.False(t, within(path, system), "%s may not import %s", p.room, path)
			}
		}
	}
}

// Whoever embeds a decoder or a loss compiles the standard library, these rooms, the detection of the processor's
// instructions and type constraints, no more.
func TestEmbeddedRoomsStandAlone(t *testing.T) {
	allowed := append([]string{"internal/simd", "internal/sparsemax", "internal/vec", "golang.org/x/exp/constraints", "golang.org/x/sys/cpu"}, embedded...)
	checked := 0
	for _, p := range packages(t) {
		if !slices.Contains(embedded, p.room) {
			continue
		}
		checked++
		for _, path := range p.Deps {
			inner, mine := p.inModule(path)
			if mine {
				assert.Contains(t, allowed, inner, "%s depends on %s", p.room, inner)
			} else {
				assert.True(t, isStandard(path) || slices.Contains(allowed, path), "%s depends on %s", p.room, path)
			}
		}
	}
	require.Equal(t, len(embedded), checked)
}

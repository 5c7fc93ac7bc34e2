package archtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rule lists what the code of a package, without tests, may import beyond the standard library.
type rule struct {
	path    string   // relative to the module path
	imports []string // packages of this module, each in a row above
	modules []string // other modules: these and the packages in them
	public  bool     // users import it
	system  bool     // it may open files and print
	tests   bool     // only tests may import it
}

// rules has a row for every package of the module, from the bottom layer up.
var rules = []rule{
	{path: "internal/simd",
		modules: []string{"golang.org/x/exp/constraints", "golang.org/x/sys/cpu"}},
	{path: "internal/vec"},
	{path: "internal/sparse"},
	{path: "structured", public: true,
		imports: []string{"internal/sparse", "internal/vec"}},
	{path: "internal/sparsemax",
		imports: []string{"internal/simd"}},
	{path: "decode/viterbi", public: true,
		imports: []string{"internal/simd", "internal/sparsemax", "internal/vec", "structured"}},
	{path: "inference/forwardbackward", public: true,
		imports: []string{"internal/simd", "internal/sparse", "internal/vec", "structured"}},
	{path: "pruned", public: true,
		imports: []string{"internal/simd", "internal/sparsemax", "internal/vec", "structured"}},
	{path: "semimarkov", public: true,
		imports: []string{"internal/simd", "internal/sparsemax", "internal/vec", "structured"}},
	{path: "losses", public: true,
		imports: []string{"internal/vec", "structured", "decode/viterbi", "inference/forwardbackward", "semimarkov", "pruned"}},
	{path: "layer", public: true,
		imports: []string{"internal/vec", "structured", "losses"}},
	{path: "internal/lines"},
	{path: "internal/enum"},
	{path: "corpus", public: true,
		imports: []string{"internal/enum", "internal/lines"}},
	{path: "corpus/attrfile", public: true,
		imports: []string{"internal/lines", "corpus"}},
	{path: "corpus/annotation", public: true,
		imports: []string{"internal/enum", "structured"}},
	{path: "corpus/check", public: true,
		imports: []string{"internal/enum", "structured", "corpus", "corpus/annotation"},
		modules: []string{"golang.org/x/text"}},
	{path: "text", public: true,
		imports: []string{"corpus"},
		modules: []string{"github.com/clipperhouse/uax29/v2/words"}},
	{path: "text/standoff", public: true,
		imports: []string{"internal/enum", "structured", "corpus", "corpus/annotation", "text"},
		modules: []string{"github.com/clipperhouse/uax29/v2/graphemes"}},
	{path: "internal/safefile", system: true},
	{path: "internal/compress",
		modules: []string{"github.com/klauspost/compress"}},
	{path: "internal/input", system: true,
		imports: []string{"internal/compress", "internal/safefile", "corpus", "corpus/attrfile", "text", "text/standoff"}},
	{path: "semimarkov/spans", public: true,
		imports: []string{"structured", "semimarkov", "corpus/annotation"}},
	{path: "internal/workers"},
	{path: "cluster", public: true,
		imports: []string{"internal/enum", "internal/simd", "internal/vec", "internal/workers", "corpus"}},
	{path: "internal/fingerprint"},
	{path: "features", public: true,
		imports: []string{"internal/enum", "internal/simd", "internal/fingerprint"}},
	{path: "internal/checkpoint"},
	{path: "optimize", public: true,
		imports: []string{"internal/checkpoint", "internal/enum"},
		modules: []string{"gonum.org/v1/gonum"}},
	{path: "internal/nonnegative",
		imports: []string{"optimize"},
		modules: []string{"gonum.org/v1/gonum"}},
	{path: "metrics", public: true,
		imports: []string{"structured", "corpus/annotation"},
		modules: []string{"golang.org/x/exp/constraints"}},
	{path: "metrics/analysis", public: true,
		imports: []string{"structured", "corpus/annotation", "metrics"}},
	{path: "internal/container", system: true,
		modules: []string{"github.com/edsrzf/mmap-go"}},
	{path: "lexicon", public: true,
		imports: []string{"internal/fingerprint", "internal/container", "corpus", "cluster", "features"}},
	{path: "document", public: true,
		imports: []string{"corpus/annotation", "lexicon"}},
	{path: "model", public: true,
		imports: []string{"structured", "corpus", "corpus/attrfile", "corpus/annotation", "features", "lexicon", "document", "optimize", "metrics", "text", "internal/container", "internal/input", "internal/workers"},
		modules: []string{"golang.org/x/text"}},
	{path: "internal/plots"},
	{path: "explain", public: true,
		imports: []string{"structured", "corpus/attrfile", "features", "model"}},
	{path: "report", public: true,
		imports: []string{"internal/enum", "structured", "text", "metrics", "metrics/analysis", "model", "explain", "internal/plots"}},
	{path: "internal/training",
		imports: []string{"structured", "losses", "optimize", "metrics", "model"},
		modules: []string{"gonum.org/v1/gonum"}},
	{path: "internal/chain",
		imports: []string{"internal/vec", "structured", "decode/viterbi", "inference/forwardbackward", "corpus/annotation", "model", "explain"}},
	{path: "interop/crfsuite", public: true,
		imports: []string{"structured", "decode/viterbi", "inference/forwardbackward", "internal/chain", "model", "explain", "corpus/attrfile", "corpus/annotation", "features"}},
	{path: "interop/internal/rawlines",
		imports: []string{"corpus", "features"}},
	{path: "interop/crfpp", public: true,
		imports: []string{"structured", "decode/viterbi", "inference/forwardbackward", "internal/chain", "model", "explain", "corpus", "corpus/attrfile", "corpus/annotation", "features", "interop/internal/rawlines"}},
	{path: "interop/wapiti", public: true,
		imports: []string{"structured", "decode/viterbi", "inference/forwardbackward", "internal/chain", "model", "explain", "corpus", "corpus/attrfile", "corpus/annotation", "features", "interop/internal/rawlines"}},
	{path: "internal/modelfile",
		imports: []string{"internal/container", "features", "lexicon", "model"},
		modules: []string{"golang.org/x/exp/constraints"}},
	{path: "crf", public: true,
		imports: []string{"internal/workers", "internal/enum", "internal/simd", "internal/checkpoint", "internal/container", "internal/fingerprint", "internal/modelfile", "internal/nonnegative", "structured", "decode/viterbi", "internal/chain", "inference/forwardbackward", "losses",
			"corpus/attrfile", "corpus/annotation", "features", "lexicon", "optimize", "metrics", "model", "explain", "internal/training"},
		modules: []string{"golang.org/x/exp/constraints", "gonum.org/v1/gonum"}},
	{path: "semicrf", public: true,
		imports: []string{"internal/workers", "internal/container", "internal/modelfile", "structured", "losses", "semimarkov", "corpus/attrfile", "corpus/annotation", "semimarkov/spans", "features", "optimize", "metrics", "model", "explain", "internal/training"},
		modules: []string{"gonum.org/v1/gonum"}},
	{path: "prunedcrf", public: true,
		imports: []string{"internal/workers", "internal/container", "internal/fingerprint", "internal/modelfile", "internal/vec", "structured", "pruned", "losses", "corpus/attrfile", "corpus/annotation", "features", "lexicon", "optimize", "metrics", "model", "explain", "internal/training"}},
	{path: "internal/calibration",
		imports: []string{"structured", "losses", "semimarkov", "semimarkov/spans", "pruned", "corpus/annotation", "features", "metrics", "model", "crf", "semicrf", "prunedcrf"}},
	{path: "segment", public: true, system: true,
		imports: []string{"internal/container", "text", "corpus/attrfile", "optimize", "model", "crf"}},
	{path: "recipe", public: true,
		imports: []string{"structured", "losses", "corpus", "corpus/annotation", "text", "text/standoff", "features", "optimize", "model", "internal/training"},
		modules: []string{"github.com/BurntSushi/toml"}},
	{path: "interop", public: true,
		imports: []string{"model", "crf", "interop/crfsuite", "interop/crfpp", "interop/wapiti"}},
	{path: "internal/learning", system: true,
		imports: []string{"structured", "losses", "corpus", "corpus/attrfile", "corpus/annotation", "text", "text/standoff", "cluster", "features", "lexicon", "document", "optimize", "metrics", "model", "crf", "semicrf", "prunedcrf", "segment", "recipe",
			"internal/fingerprint", "internal/input", "internal/safefile", "internal/workers"}},
	{path: "study", public: true, system: true,
		imports: []string{"structured", "decode/viterbi", "inference/forwardbackward", "losses", "corpus", "corpus/annotation", "metrics", "metrics/analysis", "model", "crf", "recipe", "internal/input", "internal/learning", "internal/plots", "internal/workers"},
		modules: []string{"gonum.org/v1/gonum/stat"}},

	{path: "ready", public: true},
	{path: root, public: true, system: true,
		imports: []string{"structured", "losses", "corpus", "corpus/annotation", "corpus/attrfile", "corpus/check", "text", "text/standoff", "cluster", "document", "features", "optimize", "metrics", "metrics/analysis", "model", "explain", "crf", "semicrf", "prunedcrf", "segment", "interop/crfsuite", "interop/crfpp", "interop/wapiti", "interop",
			"recipe", "ready", "internal/calibration", "internal/compress", "internal/input", "internal/learning", "internal/safefile", "internal/workers"}},

	{path: "ready/internal/build", system: true,
		imports: []string{"features", "internal/safefile", root},
		modules: []string{"github.com/klauspost/compress/zstd"}},
	{path: "serve", public: true, system: true,
		imports: []string{"structured", "text", "model", "explain", "report", root},
		modules: []string{"github.com/klauspost/compress", "github.com/prometheus/client_golang/prometheus"}},
	{path: "serve/internal/load", system: true},
	{path: "internal/speed", system: true},
	{path: "internal/accuracy", system: true,
		imports: []string{"features", "metrics", "recipe", "text", "text/standoff", root}},
	{path: "internal/care", system: true,
		imports: []string{"corpus"}},
	{path: "bulk", public: true, system: true,
		imports: []string{"internal/compress", "internal/enum", "internal/input", "internal/lines", "internal/safefile", "internal/workers", "text", "model", "report", root}},
	{path: "internal/care/audit", system: true,
		imports: []string{"internal/care", "corpus", "corpus/annotation", "recipe", "study"}},
	{path: "internal/care/selection", system: true,
		imports: []string{"internal/care", "corpus", root}},
	{path: "internal/sample"},
	{path: "internal/plots/margins", system: true,
		imports: []string{"structured", "losses", "internal/safefile", "internal/plots"}},
	{path: "internal/plots/lattice", system: true,
		imports: []string{"structured", "decode/viterbi", "inference/forwardbackward", "corpus", "features", "model", "internal/safefile", "internal/sample", root}},
	{path: "internal/cli", system: true,
		imports: []string{"internal/safefile"},
		modules: []string{"github.com/spf13/cobra", "github.com/spf13/pflag"}},
	{path: "cmd/tagger", system: true,
		imports: []string{"corpus", "cluster", "features", "metrics", "metrics/analysis", "report", "study", "internal/cli", "internal/sample", "internal/compress", "internal/safefile", "serve", "bulk", root},
		modules: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/schollz/progressbar/v3", "golang.org/x/term"}},

	{path: "internal/bruteforce", tests: true,
		imports: []string{"structured"}},
	{path: "interop/internal/damage", tests: true,
		modules: []string{"github.com/stretchr/testify"}},
	{path: "internal/archtest", tests: true},
}

// embedded are the packages for programs that bring their own scores.
var embedded = []string{"structured", "decode/viterbi", "inference/forwardbackward", "losses", "pruned", "layer", "semimarkov"}

// system are the packages that give access to the operating system.
var system = []string{"os", "log", "flag", "net", "syscall", "plugin", "C"}

func find(path string) (rule, bool) {
	k := slices.IndexFunc(rules, func(r rule) bool { return r.path == path })
	if k < 0 {
		return rule{}, false
	}
	return rules[k], true
}

// within reports whether path is one of trees or lies below one of them.
func within(path string, trees []string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool {
		return path == tree || strings.HasPrefix(path, tree+"/")
	})
}

func TestTableGoesUpward(t *testing.T) {
	for k, r := range rules {
		for _, below := range r.imports {
			at := slices.IndexFunc(rules, func(r rule) bool { return r.path == below })
			assert.GreaterOrEqual(t, at, 0, "%s may import %s, which is no package", r.path, below)
			assert.Less(t, at, k, "%s may import %s, which stands above it", r.path, below)
		}
	}
}

func TestEveryPackageHasARule(t *testing.T) {
	var found []string
	for _, p := range packages(t) {
		_, ok := find(p.name)
		assert.True(t, ok, "package %s is not in the table of rules", p.name)
		found = append(found, p.name)
	}
	for _, r := range rules {
		assert.Contains(t, found, r.path, "the table of rules has a row for no package")
	}
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	for _, p := range packages(t) {
		r, ok := find(p.name)
		if !ok {
			continue // TestEveryPackageHasARule reports it
		}
		for _, path := range p.Imports {
			inner, mine := p.inModule(path)
			switch {
			case mine:
				assert.Contains(t, r.imports, inner, "%s may not import %s", p.name, inner)
				below, _ := find(inner)
				assert.False(t, below.tests, "%s imports %s, which is for tests only", p.name, inner)
			case !isStandard(path):
				assert.True(t, within(path, r.modules), "%s may not import %s", p.name, path)
			case !r.system:
				assert.False(t, within(path, system), "%s may not import %s", p.name, path)
			}
		}
	}
}

// A program that embeds a decoder or a loss compiles only the standard library, these packages, the
// detection of processor features, and type constraints.
func TestEmbeddedPackagesStandAlone(t *testing.T) {
	allowed := append([]string{"internal/simd", "internal/sparse", "internal/sparsemax", "internal/vec", "golang.org/x/exp/constraints", "golang.org/x/sys/cpu"}, embedded...)
	checked := 0
	for _, p := range packages(t) {
		if !slices.Contains(embedded, p.name) {
			continue
		}
		checked++
		for _, path := range p.Deps {
			inner, mine := p.inModule(path)
			if mine {
				assert.Contains(t, allowed, inner, "%s depends on %s", p.name, inner)
			} else {
				assert.True(t, isStandard(path) || slices.Contains(allowed, path), "%s depends on %s", p.name, path)
			}
		}
	}
	require.Equal(t, len(embedded), checked)
}

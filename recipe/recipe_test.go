package recipe

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// profile returns the profile of tab-separated sentences.
func profile(t *testing.T, c Config, text string) *Profile {
	t.Helper()
	r := corpus.NewReader(strings.NewReader(text), "text", corpus.Options{Format: corpus.CoNLL})
	s := Sample{Format: corpus.CoNLL}
	for {
		row := new(corpus.Sentence)
		if err := r.Read(row); err != nil {
			break
		}
		s.Rows = append(s.Rows, row)
	}
	var err error
	s.Layout, err = r.Layout()
	require.NoError(t, err)
	p, err := c.Look(s)
	require.NoError(t, err)
	if p.Labels["O"] {
		p.Outside = 0.95
	}
	return p
}

const (
	names  = "Anna\tPROPN\tB-PER\nsaw\tVERB\tO\nOslo\tPROPN\tB-LOC\n\nshe\tPRON\tO\nleft\tVERB\tO\n"
	chunks = "the\tDT\tB-NP\ndog\tNN\tI-NP\nbarks\tVBZ\tB-VP\n\nin\tIN\tB-PP\nOslo\tNNP\tB-NP\n"
	tags   = "the\tDT\ndog\tNN\n\nbarks\tVBZ\n"
	feats  = "dogs\tNumber=Plur\nbark\tNumber=Plur|Person=3\n\n.\t_\n"
	lemmas = "dogs\tdog\tNOUN\t7\tB-X\nbark\tbark\tVERB\t8\tO\n\ncats\tcat\tNOUN\t9\tB-X\nsleep\tsleep\tVERB\t1\tO\n"
)

// Many rare words enlarge the cost of a wrong label, unless the user set it or the templates.
func TestCompleteRareWords(t *testing.T) {
	p := profile(t, Config{}, tags)
	for rare, want := range map[float64]float64{0: tokenScale, manyRare: tokenScale, 0.1: rareTokenScale} {
		p.Rare = rare
		c, err := Config{}.Complete(p)
		require.NoError(t, err)
		assert.InDelta(t, want, *c.CostScale, 0)
		c, err = Config{CostScale: new(2.0)}.Complete(p)
		require.NoError(t, err)
		assert.InDelta(t, 2, *c.CostScale, 0)
		c, err = Config{Features: "templates.txt"}.Complete(p)
		require.NoError(t, err)
		assert.InDelta(t, tokenScale, *c.CostScale, 0)
	}
}

// TestComplete checks what Complete picks for each kind of labels.
func TestComplete(t *testing.T) {
	for name, x := range map[string]struct {
		c    Config
		text string
		want Config
	}{
		"names": {Config{}, names, Config{
			Features: "ner", ModelType: "chain", Loss: "softmax-margin", Cost: "entity", CostScale: new(1.0), CostFN: new(3.0), CostFP: new(1.0),
			CostConfusion: new(1.0), Gamma: new(1.0), Optimizer: "lbfgs", L2: new(0.1), Epochs: new(300), WarmUp: new(6), Tolerance: new(0.005),
		}},
		"phrases": {Config{}, chunks, Config{
			Features: "chunk", ModelType: "chain", Scheme: "bioes", Loss: "cross-entropy", Gamma: new(1.0), Optimizer: "lbfgs", L2: new(0.1),
			Epochs: new(300), WarmUp: new(6), Tolerance: new(0.005),
		}},
		"single labels": {Config{}, tags, Config{
			Features: "pos", ModelType: "chain", Loss: "softmax-margin", Cost: "hamming", CostScale: new(3.0), Gamma: new(1.0), Optimizer: "lbfgs",
			L2: new(0.1), Epochs: new(300), WarmUp: new(6), Tolerance: new(0.005),
		}},
		"features": {Config{Order: new(2)}, feats, Config{
			Features: "morph", ModelType: "pruned", Order: new(2), Loss: "cross-entropy", Gamma: new(1.0), Optimizer: "adagrad", L2: new(0.3),
			Epochs: new(15), BatchSize: new(8),
		}},
		"segments": {Config{ModelType: "semi", Loss: "hinge"}, names, Config{
			Features: "ner", ModelType: "semi", Loss: "hinge", Cost: "hamming", CostScale: new(1.0), Optimizer: "adagrad", L2: new(0.1), Epochs: new(15),
		}},
		"a start": {Config{Loss: "risk", Optimizer: "sgd"}, names, Config{
			Features: "ner", ModelType: "chain", Loss: "risk", Cost: "hamming", CostScale: new(1.0), Gamma: new(1.0), Optimizer: "sgd", L2: new(0.01),
			Epochs: new(15), Rate: new(0.1),
		}},
		"development data": {Config{Loss: "perceptron", Dev: corpus.Source{Paths: []string{"dev"}}}, names, Config{
			Features: "ner", ModelType: "chain", Loss: "perceptron", Optimizer: "averaged-perceptron", Epochs: new(30),
			Dev: corpus.Source{Paths: []string{"dev"}},
		}},
		"L1":           {Config{L1: 0.5}, tags, Config{Features: "pos", ModelType: "chain", Loss: "softmax-margin", Cost: "hamming", CostScale: new(3.0), Gamma: new(1.0), Optimizer: "owlqn", L1: 0.5, L2: new(0.1), Epochs: new(300), Tolerance: new(1e-5)}},
		"made for one": {Config{Optimizer: "pa"}, names, Config{Features: "ner", ModelType: "chain", Loss: "hinge", Cost: "hamming", CostScale: new(1.0), Optimizer: "pa", Epochs: new(15)}},
		"margin": {Config{Loss: "large-margin-softmax"}, tags, Config{
			Features: "pos", ModelType: "chain", Loss: "large-margin-softmax", Margin: new(2), AnnealBlend: "1000..30", Gamma: new(1.0), Optimizer: "lbfgs",
			L2: new(0.1), Epochs: new(300), Tolerance: new(1e-5),
		}},
		"columns": {Config{}, lemmas, Config{
			ModelType: "chain", Loss: "softmax-margin", Cost: "entity", CostScale: new(1.0), CostFN: new(3.0), CostFP: new(1.0),
			CostConfusion: new(1.0), Gamma: new(1.0), Optimizer: "lbfgs", L2: new(0.1), Epochs: new(300), WarmUp: new(6), Tolerance: new(0.005),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			x.c.Threads, x.want.Threads, x.want.Seed = 2, 2, new(uint64(1))
			got, err := x.c.Complete(profile(t, x.c, x.text))
			require.NoError(t, err)
			assert.Equal(t, written(t, x.want), written(t, got))
			again, err := got.Complete(profile(t, got, x.text))
			require.NoError(t, err)
			assert.Equal(t, written(t, got), written(t, again), "a completed configuration stays as it is")
			_ = got.NewMethod() // all that it needs is set
			_, err = got.NewLoss(structured.Hamming{})
			assert.NoError(t, err)
		})
	}
}

func TestManyNames(t *testing.T) {
	p := profile(t, Config{}, names)
	p.Outside, p.Tokens = 0.9, 51_000
	c, err := Config{}.Complete(p)
	require.NoError(t, err)
	assert.Equal(t, []any{"softmax-margin", "hamming", 1.0, 0.3}, []any{c.Loss, c.Cost, *c.CostScale, *c.L2})
	assert.Contains(t, Config{}.Picked(p, c), "loss for many names (10% of the tokens): softmax-margin with l2 0.3;")
	c, err = Config{L2: new(2.0)}.Complete(p)
	require.NoError(t, err)
	assert.InDelta(t, 2, *c.L2, 0)
	p.Outside = 0.92
	c, err = Config{}.Complete(p)
	require.NoError(t, err)
	assert.Equal(t, []any{"entity", 3.0, 0.1}, []any{c.Cost, *c.CostFN, *c.L2})
	assert.Contains(t, Config{}.Picked(p, c), "loss for names: softmax-margin with an entity cost of 3")
	p.Outside, p.Tokens = 0.9, 50_000
	c, err = Config{}.Complete(p)
	require.NoError(t, err)
	assert.Equal(t, "entity", c.Cost, "too few names")
	p.Outside = 0
	c, err = Config{}.Complete(p)
	require.NoError(t, err)
	assert.Equal(t, "cross-entropy", c.Loss)
	assert.Empty(t, Config{}.Picked(p, c))
}

func written(t *testing.T, c Config) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, c.Write(&b))
	return b.String()
}

func TestColumns(t *testing.T) {
	p := profile(t, Config{}, names)
	assert.Equal(t, "format conll: 3 columns between tabs; word in column 1, label in column 3, part of speech in column 2", p.String())
	assert.Equal(t, map[string]int{"form": 0, "pos": 1}, p.Names)
	assert.Equal(t, naming, p.Task())
	p = profile(t, Config{POS: "none", Label: "2"}, names)
	assert.Equal(t, 1, p.Label)
	assert.Equal(t, tagging, p.Task())
	p = profile(t, Config{}, lemmas)
	templates, err := new(Config).Templates(p)
	require.NoError(t, err)
	assert.Equal(t, "preset ner and column 3", templates.Name(), "the numbers are left out")
	assert.Contains(t, templates.Source(), "u:c2.0=%x[0,2]\n")

	var c Config
	_, err = c.Look(Sample{Format: corpus.CRFsuite, Labels: [][]string{{"B-X", "O"}}})
	require.NoError(t, err)
	c.Label = "2"
	_, err = c.Look(Sample{Format: corpus.CRFsuite, Labels: [][]string{{"B-X", "O"}}})
	var refused *model.OptionError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "label", refused.Option)
}

func TestFilesHoldAllSettings(t *testing.T) {
	var c Config
	c.Dev.Paths = []string{"dev.conll"}
	v := reflect.ValueOf(&c).Elem()
	for name, k := range fields {
		f := v.Field(k)
		p := f
		if f.Kind() == reflect.Pointer {
			f.Set(reflect.New(f.Type().Elem()))
			p = f.Elem()
		}
		switch x := p.Addr().Interface().(type) {
		case *string:
			*x = "text of " + name
		case *model.NormalForm:
			*x = model.NFKC
		case *int:
			*x = 7
		case *uint64:
			*x = math.MaxInt64
		case *float64:
			*x = 0.1 + 0.2
		case *bool:
			*x = true
		case *time.Duration:
			*x = 90 * time.Second
		case *Files:
			*x = Files{"a", "b"}
		case *[]string:
			*x = []string{"A=1", "B \"2\"\n"}
		case *[]float64:
			*x = []float64{6, 2.5}
		default:
			t.Fatalf("%s is a %T", name, x)
		}
		assert.True(t, c.IsSet(name), name)
		assert.NotNil(t, c.Field(name), name)
	}
	text := written(t, c)
	got, err := Read(strings.NewReader(text), "run.toml")
	require.NoError(t, err)
	assert.Equal(t, c, got)

	data, err := json.Marshal(c)
	require.NoError(t, err)
	var fromJSON Config
	require.NoError(t, json.Unmarshal(data, &fromJSON))
	fromJSON.Dev = c.Dev
	assert.Equal(t, c, fromJSON)
	data, err = json.Marshal(Config{})
	require.NoError(t, err)
	assert.Equal(t, "{}", string(data))

	zero, err := Read(strings.NewReader(written(t, Config{})), "empty.toml")
	require.NoError(t, err)
	assert.Equal(t, Config{}, zero)
	assert.Empty(t, written(t, Config{}))
	assert.Nil(t, c.Field("no such setting"))
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for text, says := range map[string]string{
		"l2 = 0.1\nlos = \"hinge\"\n": `run.toml: there is no setting "los"`,
		"l2 = 0.1\nl1 = \"much\"\n":   `run.toml: line 2 (last key "l1"): incompatible types: TOML value has type string`,
		"l2 = \n":                     "run.toml:1: ",
		"epochs = 1.5\n":              "run.toml: line 1 ",
	} {
		_, err := Read(strings.NewReader(text), "run.toml")
		assert.ErrorContains(t, err, says, text)
	}
	c := Config{Dev: corpus.Source{Sentences: []*corpus.Sentence{{}}}}
	assert.ErrorContains(t, c.Write(new(strings.Builder)), "in memory")
}

// A stored configuration has no directories.
func TestStored(t *testing.T) {
	c := Config{
		Features: "/home/anna/templates.txt", Clusters: []string{"data/paths", "words.clark"}, Text: []string{"texts/a.txt"}, Gazetteer: []string{"city=lists/cities.txt"}, Vectors: "../v.txt",
		Init: "/tmp/old.model", Checkpoint: "/tmp/c", Resume: "/tmp/c", Dev: corpus.Source{Paths: []string{"/data/dev"}}, Date: "today", L2: new(0.0),
	}
	text, err := c.Stored()
	require.NoError(t, err)
	assert.Equal(t, "features = \"templates.txt\"\nclusters = [\"paths\", \"words.clark\"]\ntext = [\"a.txt\"]\ngazetteer = [\"city=cities.txt\"]\nvectors = \"v.txt\"\nl2 = 0.0\n", text)
}

func TestValidate(t *testing.T) {
	dev := corpus.Source{Paths: []string{"dev"}}
	for says, c := range map[string]Config{
		"format tsv: want auto":                                  {Format: "tsv"},
		"dev -: standard input":                                  {Dev: corpus.Source{Paths: []string{"-"}}},
		"threads -1":                                             {Threads: -1},
		"patience needs development data":                        {Patience: new(3)},
		"patience -1":                                            {Patience: new(-1), Dev: dev},
		"vectors-limit 5":                                        {VectorsLimit: 5},
		"normalize nfd":                                          {Normalize: "nfd"},
		"gazetteer city: want NAME=FILE":                         {Gazetteer: []string{"city"}},
		"weights float8":                                         {Weights: "float8"},
		"scheme biluo":                                           {Scheme: "biluo"},
		"supervision none":                                       {Supervision: "none"},
		"model-type tree":                                        {ModelType: "tree"},
		"order 3":                                                {Order: new(3)},
		"order: not for model-type semi":                         {Order: new(1), ModelType: model.SemiMarkov},
		"order 2: model-type chain has order 1":                  {Order: new(2), ModelType: model.Chain},
		"strip: not for model-type semi":                         {Strip: true, ModelType: model.SemiMarkov},
		"keep is for model-type pruned":                          {Keep: []float64{3}},
		"keep: 3 numbers":                                        {Keep: []float64{3, 3, 3}, Order: new(2)},
		"keep 1: want more":                                      {Keep: []float64{1}, Order: new(2)},
		"epochs 2: too few":                                      {Epochs: new(2), Order: new(2)},
		"max-length 0":                                           {MaxLength: new(0), ModelType: model.SemiMarkov},
		"loss log: want one of":                                  {Loss: "log"},
		"optimizer newton: want one of":                          {Optimizer: "newton"},
		"cost-scale: cross-entropy has no cost":                  {Loss: "cross-entropy", CostScale: new(2.0)},
		"cost-scale 0: want a positive":                          {Loss: "hinge", CostScale: new(0.0)},
		"cost-fn belongs to cost entity, not to":                 {Loss: "hinge", Cost: "hamming", CostFN: new(2.0)},
		"cost-fn -2: want":                                       {Loss: "hinge", Cost: "entity", CostFN: new(-2.0)},
		"gamma: hinge uses":                                      {Loss: "hinge", Gamma: new(2.0)},
		"gamma NaN":                                              {Gamma: new(math.NaN())},
		"label-weight O: want LABEL=W":                           {Loss: "hinge", LabelWeight: []string{"O"}},
		"margin 0: want 1 to 4":                                  {Loss: "large-margin-softmax", Margin: new(0)},
		"set either anneal-temperature or gamma":                 {Loss: "risk", AnnealTemperature: "4..1", Gamma: new(2.0)},
		"anneal-cost: range \"1..0\"":                            {Loss: "hinge", AnnealCost: "1..0"},
		"l2 -1: want":                                            {L2: new(-1.0)},
		"epochs 0: want":                                         {Epochs: new(0)},
		"warm-up 5: want":                                        {Epochs: new(5), WarmUp: new(5)},
		"tolerance belongs to optimizer lbfgs and owlqn":         {Tolerance: new(0.1), Optimizer: "sgd"},
		"tolerance 1: want":                                      {Tolerance: new(1.0)},
		"batch-size: lbfgs uses all":                             {BatchSize: new(8)},
		"rate: lbfgs has no":                                     {Rate: new(0.1)},
		"pa-c belongs to optimizer pa":                           {PAC: new(2.0)},
		"pa-variant pa3":                                         {Optimizer: "pa", PAVariant: "pa3"},
		"optimizer sgd-l1: set l1":                               {Optimizer: "sgd-l1"},
		"document: not for model-type semi: it reads one":        {Document: "mark", ModelType: model.SemiMarkov},
		"init: not with document mark":                           {Document: "mark", Init: "m"},
		"init: bcfw must start from zero":                        {Init: "m", Optimizer: "bcfw"},
		"supervision partial: hinge":                             {Supervision: "partial", Loss: "hinge"},
		"restarts: cross-entropy is convex":                      {Restarts: 2},
		"checkpoint-every: name the file":                        {CheckpointEvery: new(time.Second)},
		"loss hinge optimizer lbfgs: unsuitable optimizer":       {Loss: "hinge", Optimizer: "lbfgs"},
		"loss cross-entropy optimizer lbfgs: unsuitable penalty": {L1: 1, Optimizer: "lbfgs"},
		"loss hinge optimizer bcfw: unsuitable":                  {Optimizer: "bcfw", L2: new(0.0)},
		"model-type semi loss hinge optimizer lbfgs":             {Loss: "hinge", Optimizer: "lbfgs", ModelType: model.SemiMarkov},
		"unsuitable optimizer: SAGA and Frank-Wolfe":             {Loss: "softmax-margin", Optimizer: "sag", AnnealCost: "0.1..1"},
		"unsuitable optimizer: the angles":                       {Loss: "large-margin-softmax", Optimizer: "sgd"},
	} {
		err := c.Validate()
		var refused *model.OptionError
		require.ErrorAs(t, err, &refused, says)
		assert.ErrorContains(t, err, says)
		_, known := fields[refused.Option]
		assert.True(t, known || refused.Option == "dev", refused.Option)
		_, err = c.Complete(&Profile{})
		assert.Error(t, err, says)
	}
	assert.NoError(t, Config{}.Validate())
	e := Config{Loss: "hinge", Cost: "hamming", CostFN: new(2.0)}.Validate()
	var refused *model.OptionError
	require.True(t, errors.As(e, &refused))
	assert.Equal(t, "--cost-fn belongs to --cost entity, not to --cost hamming", refused.Spell(func(o string) string { return "--" + o }))
}

func TestEveryLossAndOptimizerIsKnown(t *testing.T) {
	for _, name := range losses.Names() {
		assert.Contains(t, defaultL2, name)
		c, err := Config{Loss: name}.Complete(&Profile{})
		require.NoError(t, err, name)
		m := c.NewMethod()
		assert.True(t, (m.Batch != nil) != (m.Stochastic != nil), name)
	}
	for _, name := range Choices("optimizer") {
		c := Config{Optimizer: name}
		if name == "sgd-l1" {
			c.L1 = 1
		}
		c, err := c.Complete(&Profile{})
		require.NoError(t, err, name)
		m := c.NewMethod()
		assert.True(t, (m.Batch != nil) != (m.Stochastic != nil), name)
	}
}

func TestCosts(t *testing.T) {
	labels := []string{"O", "B-X", "I-X"}
	c := Config{Loss: "hinge", Cost: "entity", CostFN: new(0.0), CostFP: new(2.0)}
	cost, err := c.NewCost(labels, structured.BIO)
	require.NoError(t, err)
	var lattice structured.Lattice
	require.NoError(t, cost.Fill(&lattice, []int{1, 0}, 3))
	assert.Equal(t, []float64{0, 0, 1, 0, 2, 2}, lattice.Node, "a cost of 0 is one, an open one is 1")
	_, err = c.NewCost([]string{"B-X"}, structured.BIO)
	assert.ErrorContains(t, err, "no token of the training data has the label O")
	_, err = c.NewCost(labels, structured.Plain)
	assert.ErrorContains(t, err, "these do not")
	c = Config{Loss: "hinge", LabelWeight: []string{"B-X=4"}}
	cost, err = c.NewCost(labels, structured.BIO)
	require.NoError(t, err)
	assert.Equal(t, structured.WeightedHamming{1, 4, 1}, cost)
	inside := []string{"O", "E-X", "S-X", "I-X"}
	c = Config{Loss: "hinge", LabelWeight: []string{"X_L=2", "U-X=3", "M-X=4"}}
	cost, err = c.NewCost(inside, structured.BIOES)
	require.NoError(t, err, "any spelling of the label")
	assert.Equal(t, structured.WeightedHamming{1, 2, 3, 4}, cost)
	c = Config{Loss: "hinge", LabelWeight: []string{"Q-X=2"}}
	_, err = c.NewCost(inside, structured.BIOES)
	assert.ErrorContains(t, err, `no label "Q-X"`)
}

func FuzzRead(f *testing.F) {
	f.Add("l2 = 0.5\nloss = \"hinge\"\ndev = [\"a\"]\n")
	f.Add("keep = [6, 3]\ncheckpoint-every = \"1m\"\ngazetteer = [\"a=b\"]\n")
	f.Add("epochs = 99999999999999999999\n")
	f.Add("[loss]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(strings.NewReader(text), "f")
		if err != nil {
			return
		}
		again, err := Read(strings.NewReader(written(t, c)), "f")
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("%+v", written(t, c)), fmt.Sprintf("%+v", written(t, again)))
		if c.Validate() == nil {
			_, _ = c.Complete(&Profile{}) // must not panic
		}
	})
}

// Models of one file of clusters have a string in their settings.
func TestReadAcceptsOneFile(t *testing.T) {
	for text, want := range map[string]Files{
		`clusters = "a"`:        {"a"},
		`clusters = ["a", "b"]`: {"a", "b"},
	} {
		c, err := Read(strings.NewReader(text), "run.toml")
		require.NoError(t, err)
		assert.Equal(t, want, c.Clusters)
	}
	_, err := Read(strings.NewReader("clusters = [\"a\", 7]"), "run.toml")
	assert.ErrorContains(t, err, "7 is no file name: want a string or a list of strings")
}

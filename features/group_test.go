package features

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func groupNames(g *Groups) (names []string) {
	for _, group := range g.List {
		names = append(names, group.Name)
	}
	return names
}

func TestGroups(t *testing.T) {
	for name, x := range map[string]struct {
		source string
		want   []string
	}{
		"trellis":      {"u:w=%x[0,form]\n?u:pos=%x[0,pos]\n# comment\nu:bias\nu:w-10=%x[-1,form]/%x[0,form]\nb\n", []string{"w", "pos", "bias", "w-10"}},
		"equal texts":  {"u:has=%k[0,0,digit]\nu:w=%x[0,0]\nu:has=%k[0,0,caps]\n", []string{"has", "w"}},
		"CRF++":        {"U00:%x[-1,0]\nU01:%x[0,0]\nB01:%x[0,0]\nB\n", []string{"U00", "U01", "B01"}},
		"start":        {"U1%x[0,0]\nU2:%x[0,0]\nU10%x[1,0]\n", []string{"U1", "U2"}},
		"text first":   {"u:%x[0,0]\nu:w=%x[-1,0]\nb\n", []string{"u:"}},
		"same name":    {"u:w=%x[0,0]\nu:w:%x[1,0]\n", []string{"u:w=", "u:w:"}},
		"both":         {"*:w=%x[0,0]\nu:w=%x[0,0]\n", []string{"*:w", "w"}},
		"transitions":  {"b\n", nil},
		"upper case":   {"U:a=%x[0,0]\nu:b=%x[0,0]\n", []string{"a", "b"}},
		"vectors":      {"u:v=%v[0,vector]\nu:w=%x[0,0]\n", []string{"v", "w"}},
		"Wapiti":       {"u:a=%t[0,0,\"^x\"] # comment\r\n*\n", []string{"a"}},
		"only a macro": {"u%x[0,0]\n", []string{"u"}},
	} {
		assert.Equal(t, x.want, groupNames(parse(t, x.source, DialectAuto).Groups()), name)
	}
	g := parse(t, "u:has=%k[0,0,digit]\nu:w=%x[0,0]\nu:has=%k[0,0,caps]  # comment\n", DialectAuto).Groups()
	assert.Equal(t, []string{"u:has=%k[0,0,digit]", "u:has=%k[0,0,caps]  # comment"}, g.List[0].Templates)
}

// Every attribute of a preset belongs to the group of its template: without the group, exactly the
// attributes of the group are missing.
func TestGroupsOfPresets(t *testing.T) {
	rows := Rows{{"The", "DT", "A"}, {"iPod-4", "NNP", "B"}, {"contracts", "VBZ", "A"}, {"U.S.", "NNP", "C"}, {"well", "RB", "B"}}
	names := map[string]int{"form": 0, "pos": 1, "seen": 2}
	attributes := func(templates *Templates) (list []string) {
		p, err := templates.Bind(3, names)
		require.NoError(t, err)
		e := p.NewExtractor()
		e.Reset(rows)
		for k := range rows {
			for _, a := range e.Unigrams(k) {
				list = append(list, string(a))
			}
		}
		return list
	}
	for _, name := range PresetNames() {
		templates, err := Preset(name)
		require.NoError(t, err)
		g := templates.Groups()
		all := attributes(templates)
		assert.Greater(t, len(g.List), 20, name)
		for k, group := range g.List {
			less, err := templates.Without(group.Name)
			require.NoError(t, err)
			var want []string
			for _, a := range all {
				if g.Of(a) != k {
					want = append(want, a)
				}
			}
			assert.Equal(t, want, attributes(less), "%s without %s", name, group.Name)
			assert.Less(t, len(want), len(all), "%s: no attribute of %s", name, group.Name)
			assert.Equal(t, templates.Transitions(), less.Transitions())
		}
		assert.Equal(t, -1, g.Of("u:other=x"))
		assert.Equal(t, -1, g.Of("b"))
	}
}

func TestWithout(t *testing.T) {
	templates := parse(t, "\ufeffu:w=%x[0,0]\n# words\nu:x=%x[1,0]\nb", DialectAuto)
	same, err := templates.Without()
	require.NoError(t, err)
	assert.Same(t, templates, same)
	less, err := templates.Without("w")
	require.NoError(t, err)
	assert.Equal(t, "# words\nu:x=%x[1,0]\nb", less.Source())
	assert.Equal(t, templates.Name(), less.Name())
	assert.Equal(t, templates.Dialect(), less.Dialect())
	_, err = templates.Without("y")
	require.ErrorContains(t, err, `no template "y"; the names are w, x`)
	_, err = parse(t, "u:w=%x[0,0]\n", DialectAuto).Without("w")
	require.ErrorIs(t, err, ErrNoTemplates)
}

// Taggers cache the templates of a single word, if there are many, and the windows of parts of
// speech. They look up the pairs of words.
func TestUse(t *testing.T) {
	templates, err := Preset("chunk")
	require.NoError(t, err)
	g := templates.Groups()
	for _, x := range []struct {
		names map[string]int
		want  map[string]GroupUse
	}{
		{map[string]int{"form": 0, "pos": 1}, map[string]GroupUse{"w-10": {1, 1}, "p-10+1": {1, 0}, "w0p": {1, 1}, "seen": {}}},
		{map[string]int{"form": 0, "seen": 1}, map[string]GroupUse{"w-10": {1, 1}, "p-10+1": {}, "seen": {1, 1}}},
	} {
		p, err := templates.Bind(2, x.names)
		require.NoError(t, err)
		use := p.Use(g)
		for k, group := range g.List {
			if want, ok := x.want[group.Name]; ok {
				assert.Equal(t, want, use[k], group.Name)
			}
		}
	}
	pos, err := Preset("pos")
	require.NoError(t, err)
	p, err := pos.Bind(1, map[string]int{"form": 0})
	require.NoError(t, err)
	for k, use := range p.Use(pos.Groups()) {
		switch pos.Groups().List[k].Name {
		case "w", "s5", "h":
			assert.Equal(t, GroupUse{1, 0}, use)
		case "has":
			assert.Equal(t, GroupUse{5, 0}, use)
		case "l-2", "l-10", "k0+1":
			assert.Equal(t, GroupUse{1, 1}, use)
		case "a-1":
			assert.Equal(t, GroupUse{}, use)
		}
	}
	bigram := parse(t, "b:w=%x[0,0]\nu:v=%v[0,0]\n", DialectTrellis)
	p, err = bigram.Bind(1, nil)
	require.NoError(t, err)
	assert.Equal(t, []GroupUse{{1, 1}, {1, 1}}, p.Use(bigram.Groups()))
}

package features

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// A Group is the templates of a file whose attributes start with the same text, such as u:w-1=.
// Most groups have one template. A text at the start of another one has the same group.
type Group struct {
	Name      string   // the text without u: at its start and = or : at its end
	Templates []string // the lines of the file, in its order

	lines []int // their numbers in the file, from 1
}

// Groups assigns attributes to groups of templates.
type Groups struct {
	List []Group // in the order of the file

	starts []string // texts that attributes start with, sorted; none is the start of another
	group  []int    // of each text
}

// Groups returns the groups of the templates. The plain label transition is in none.
func (t *Templates) Groups() *Groups {
	var lines []*line
	var starts []string
	for i := range t.lines {
		if l := &t.lines[i]; !l.bigram || !l.bare() {
			lines, starts = append(lines, l), append(starts, l.items[0].literal)
		}
	}
	slices.Sort(starts)
	g := new(Groups)
	for _, s := range starts {
		if n := len(g.starts); n == 0 || !strings.HasPrefix(s, g.starts[n-1]) {
			g.starts, g.group = append(g.starts, s), append(g.group, -1)
		}
	}
	short := make(map[string]int)
	for _, s := range g.starts {
		short[shortName(s)]++
	}
	text := strings.Split(t.source, "\n")
	for _, l := range lines {
		k := g.startOf(l.items[0].literal)
		if g.group[k] < 0 {
			name := g.starts[k]
			if own := shortName(name); short[own] == 1 {
				name = own
			}
			g.group[k] = len(g.List)
			g.List = append(g.List, Group{Name: name})
		}
		own := &g.List[g.group[k]]
		own.Templates = append(own.Templates, strings.TrimSpace(text[l.number-1]))
		own.lines = append(own.lines, l.number)
	}
	return g
}

// shortName returns the text of an attribute without the parts that most attributes have.
func shortName(start string) string {
	name := strings.TrimRight(strings.TrimPrefix(start, "u:"), "=:")
	if name == "" {
		return start
	}
	return name
}

// startOf returns the index of the text that an attribute starts with, or -1.
func (g *Groups) startOf(attribute string) int {
	k := sort.Search(len(g.starts), func(k int) bool { return g.starts[k] > attribute }) - 1
	if k < 0 || !strings.HasPrefix(attribute, g.starts[k]) {
		return -1
	}
	return k
}

// Of returns the index in List of the group of an attribute, or -1 if no template yields it.
func (g *Groups) Of(attribute string) int {
	if k := g.startOf(attribute); k >= 0 {
		return g.group[k]
	}
	return -1
}

// Index returns the index in List of the group with a name, or -1.
func (g *Groups) Index(name string) int {
	return slices.IndexFunc(g.List, func(group Group) bool { return group.Name == name })
}

// Without returns the templates without the groups that have these names. It fails if no group has
// one of the names, or if no template is left.
func (t *Templates) Without(names ...string) (*Templates, error) {
	g := t.Groups()
	drop := make(map[int]bool)
	for _, name := range names {
		k := g.Index(name)
		if k < 0 {
			var known []string
			for _, group := range g.List {
				known = append(known, group.Name)
			}
			return nil, fmt.Errorf("%s: there is no template %q; the names are %s", t.name, name, strings.Join(known, ", "))
		}
		for _, number := range g.List[k].lines {
			drop[number] = true
		}
	}
	if len(drop) == 0 {
		return t, nil
	}
	var b strings.Builder
	number := 0
	for line := range strings.Lines(t.source) {
		if number++; !drop[number] {
			b.WriteString(line)
		}
	}
	return Parse(strings.NewReader(b.String()), t.name, t.dialect)
}

// A GroupUse says how a program uses a group of templates.
type GroupUse struct {
	// Templates is the number of templates that are bound.
	Templates int
	// Lookups is the number of these whose attributes a tagger looks up for every token. Attributes
	// of the others depend on a single word or a few parts of speech, and the tagger caches their
	// sums ([Fingerprinter.Local]).
	Lookups int
}

// Use returns the use of each group.
func (p *Program) Use(g *Groups) []GroupUse {
	joint := make(map[int]bool)
	for _, x := range newLayout(p, fingerprint.NewHasher(0)).joint {
		joint[x.index] = true
	}
	of := make(map[int]int) // group of a line
	for k := range g.List {
		for _, line := range g.List[k].lines {
			of[line] = k
		}
	}
	use := make([]GroupUse, len(g.List))
	for _, b := range p.bound {
		own := &use[of[b.line]]
		if own.Templates++; b.unigram < 0 || joint[b.unigram] {
			own.Lookups++
		}
	}
	return use
}

// boundLine is a template of a program.
type boundLine struct {
	line    int // its number in the file, from 1
	unigram int // its index in Program.unigrams, or -1
}

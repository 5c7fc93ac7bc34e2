package crfsuite_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/internal/damage"
)

// small returns a model of two labels, three attributes and five features, and its file.
func small(t testing.TB) (m *crfsuite.Model, data []byte) {
	m = &crfsuite.Model{
		Labels: []string{"O", "B"},
		Attributes: []crfsuite.Attribute{
			{Name: "w=a", Features: []crfsuite.Feature{{Label: 0, Weight: 1}, {Label: 1, Weight: -1}}},
			{Name: "cap", Features: []crfsuite.Feature{{Label: 1, Weight: 2}}},
			{Name: "bare"},
		},
		Transitions: []crfsuite.Transition{{From: 0, To: 1, Weight: 0.5}, {From: 1, To: 0, Weight: 0.25}},
	}
	return m, write(t, m)
}

func TestReadRefuses(t *testing.T) {
	_, data := small(t)
	u32 := func(at int) int { return int(binary.LittleEndian.Uint32(data[at:])) }
	labels, attrs, labelRefs, attrRefs := u32(32), u32(36), u32(40), u32(44)
	record := func(k int) int { return 48 + 12 + 20*k }
	links := attrs + u32(attrs+20)
	list := u32(attrRefs + 12) // of w=a: 2, 0, 1
	bare := u32(attrRefs + 12 + 8)
	// The table of the first name and its slots.
	var table, slots int
	for table = attrs + 24; u32(table) == 0; table += 8 {
	}
	slots = attrs + u32(table)
	for u32(slots+4) == 0 {
		slots += 8
	}
	name := attrs + u32(slots+4)
	for _, c := range []struct {
		name  string
		at    int
		value uint32
		want  string
	}{
		{"magic", 0, 0, "no header of a first-order CRFsuite model"},
		{"size", 4, uint32(len(data)) + 1, "bytes, but its header says"},
		{"kind", 8, 0, "no header of a first-order CRFsuite model"},
		{"version", 12, 101, "version 101, expected 100"},
		{"more labels", 20, 3, "labels: 2 names, expected 3"},
		{"no labels", 20, 0, "labels: 2 names, expected 0"},
		{"all labels", 20, math.MaxUint32, "labels: 2 names, expected 4294967295"},
		{"fewer attributes", 24, 2, "attributes: 3 names, expected 2"},
		{"features outside", 28, math.MaxUint32, "features: offset 4294967295 and size 12 lie beyond"},
		{"features elsewhere", 28, uint32(labels), `features: chunk is named "CQDB", expected "FEAT"`},
		{"labels outside", 32, uint32(len(data)), "labels: offset"},
		{"labels elsewhere", 32, 48, `labels: dictionary is named "FEAT", expected "CQDB"`},
		{"dictionary outside", attrs + 4, math.MaxUint32, "attributes: offset"},
		{"small dictionary", attrs + 4, 2000, "attributes: dictionary of 2000 bytes, expected at least 2072"},
		{"byte order", labels + 12, 0x71534462, "labels: dictionary has a different byte order: its mark is 71534462"},
		{"links outside", attrs + 20, uint32(attrRefs), "attributes: offset"},
		{"link outside", links, math.MaxUint32 - 3, "attributes: offset 4294967292 and size 8 lie beyond"},
		{"no link", links, 0, "attributes: offset 8 and size"},
		{"links exchanged", links + 4, uint32(u32(links)), "attributes: record of name 1 has number 0"},
		{"name outside", attrs + u32(links) + 4, math.MaxUint32, "attributes: offset"},
		{"name without NUL", attrs + u32(links) + 4, 3, "attributes: name 0 does not end with its only NUL byte"},
		{"name with NUL", attrs + u32(links) + 8, 0x61003d77, "attributes: name 0 does not end with its only NUL byte"},
		{"name of nothing", attrs + u32(links) + 4, 0, "attributes: name 0 does not end with its only NUL byte"},
		{"another name", name + 8, uint32(u32(name+8)) ^ 1, "has 2 slots, 1 of them taken, for 0 names"},
		{"table outside", table, uint32(attrRefs), "attributes: offset"},
		{"no table", table, 0, "has 2 slots"},
		{"odd table", table + 4, 1, "has 1 slots"},
		{"large table", table + 4, 4, "attributes: hash table"},
		{"hash", slots, 0xdeadbeef, `name "w=a" is not in its hash table`},
		{"slot outside", slots + 4, math.MaxUint32, `name "w=a" leads to another record`},
		{"free slot", slots + 4, 0, "has 2 slots, 0 of them taken, for 1 names"},
		{"all features", 48 + 8, math.MaxUint32, "features: offset 60 and size 85899345900 lie beyond"},
		{"fewer features", 48 + 8, 4, "transitions of labels: entry 1 refers to feature 4, but there are 4"},
		{"type", record(0), 2, "features: feature 0 has type 2"},
		{"attribute of a feature", record(0) + 4, 3, "features: feature 0 leads from 3 to 0, beyond 3 attributes and 2 labels"},
		{"label of a feature", record(2) + 8, 2, "features: feature 2 leads from 1 to 2"},
		{"from of a transition", record(3) + 4, 2, "features: feature 3 leads from 2 to 1"},
		{"weight", record(1) + 16, 0x7ff00000, "features: feature 1 has weight +Inf"},
		{"label twice", record(1) + 8, 0, "features of attributes: entry 0 has two features of label 0"},
		{"few lists", labelRefs + 8, 1, "transitions of labels: 1 lists of references, expected 2"},
		{"many lists", attrRefs + 8, 2, "features of attributes: 2 lists of references, expected 3"},
		{"references outside", 40, uint32(len(data)) - 4, "transitions of labels: offset"},
		{"list outside", attrRefs + 12, uint32(len(data)), "features of attributes: offset"},
		{"long list", list, math.MaxUint32, "features of attributes: offset"},
		{"feature that there is not", list + 4, 5, "features of attributes: entry 0 refers to feature 5, but there are 5"},
		{"feature of another", list + 4, 2, "features of attributes: entry 0 refers to feature 2 of another entry"},
		{"transition of an attribute", list + 4, 3, "features of attributes: entry 0 refers to feature 3 of another entry"},
		{"feature twice", list + 8, 0, "features of attributes: entry 0 has two features of label 0"},
		{"feature of none", list, 1, "features of attributes: 2 references to 3 features"},
		{"list of another", attrRefs + 12, uint32(bare), "features of attributes: 1 references to 3 features"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := slices.Clone(data)
			binary.LittleEndian.PutUint32(bad[c.at:], c.value)
			m, err := crfsuite.Read(bad)
			require.ErrorIs(t, err, crfsuite.ErrModel)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, m)
		})
	}
}

func TestSniff(t *testing.T) {
	_, data := small(t)
	assert.True(t, crfsuite.Sniff(data))
	assert.True(t, crfsuite.Sniff(data[:48]))
	for _, other := range []string{"", "lCRF", string(data[:47]), "xCRF" + string(data[4:]), string(data[:8]) + "SEMI" + string(data[12:])} {
		assert.False(t, crfsuite.Sniff([]byte(other)))
	}
}

// colliding returns n names that share table 7 of a dictionary, and one slot in it.
func colliding(n int) (names []string) {
	for k := 0; len(names) < n; k++ {
		if hash := jenkins(fmt.Sprintf("%06d\x00", k)); hash%256 == 7 && int(hash>>8)%(2*n) == 1 {
			names = append(names, fmt.Sprintf("%06d", k))
		}
	}
	return names
}

// Names with the same slot in a hash table use consecutive slots.
func TestReadRefusesTablesThatHideNames(t *testing.T) {
	names := colliding(2)
	m := &crfsuite.Model{Labels: []string{"O"}, Attributes: []crfsuite.Attribute{{Name: names[0]}, {Name: names[1]}}}
	data := write(t, m)
	verify(t, data, read(t, data))
	attrs := binary.LittleEndian.Uint32(data[36:])
	slots := attrs + binary.LittleEndian.Uint32(data[attrs+24+8*7:])

	bad := slices.Clone(data)
	copy(bad[slots+8:slots+16], bad[slots:]) // free
	_, err := crfsuite.Read(bad)
	assert.ErrorContains(t, err, "attributes: hash table 7 has 4 slots, 1 of them taken, for 2 names")

	bad = slices.Clone(data)
	copy(bad[slots+24:], data[slots+16:slots+24])
	copy(bad[slots+16:slots+24], make([]byte, 8)) // one slot too far
	_, err = crfsuite.Read(bad)
	assert.ErrorContains(t, err, fmt.Sprintf("attributes: name %q is not in its hash table", names[1]))

	bad = slices.Clone(data)
	copy(bad[slots+16:], data[slots+8:slots+12]) // the second name equals the first, with the same hash
	copy(bad[attrs+binary.LittleEndian.Uint32(data[slots+20:])+8:], names[0])
	_, err = crfsuite.Read(bad)
	assert.ErrorContains(t, err, fmt.Sprintf("attributes: name %q leads to another record", names[0]))
}

// Without a bound, names chosen to share one slot would take quadratic time.
func TestReadRefusesNamesChosenToCollide(t *testing.T) {
	const n = 80
	m := &crfsuite.Model{Labels: []string{"O"}}
	for _, name := range colliding(n) {
		m.Attributes = append(m.Attributes, crfsuite.Attribute{Name: name})
	}
	_, err := crfsuite.Read(write(t, m))
	assert.ErrorContains(t, err, "attributes: too many collisions in hash table 7")
	m.Attributes = m.Attributes[:8]
	verify(t, write(t, m), read(t, write(t, m)))
}

func TestReadRefusesNoLabels(t *testing.T) {
	_, data := small(t)
	empty := append([]byte("CQDB"), make([]byte, 2068)...)
	binary.LittleEndian.PutUint32(empty[4:], uint32(len(empty)))
	binary.LittleEndian.PutUint32(empty[12:], 0x62445371)
	binary.LittleEndian.PutUint32(data[32:], uint32(len(data)))
	binary.LittleEndian.PutUint32(data[20:], 0)
	data = append(data, empty...)
	binary.LittleEndian.PutUint32(data[4:], uint32(len(data)))
	_, err := crfsuite.Read(data)
	assert.EqualError(t, err, "not a valid model (CRFsuite): no labels")
}

// Other programs use other names and sizes for their chunks of references, and omit the two lists
// without a label.
func TestReadTakesTheReferencesOfOtherWriters(t *testing.T) {
	m, data := small(t)
	labelRefs, attrRefs := binary.LittleEndian.Uint32(data[40:]), binary.LittleEndian.Uint32(data[44:])
	binary.LittleEndian.PutUint32(data[16:], 5)
	copy(data[labelRefs:], "LREF\x14\x00\x00\x00\x02")
	copy(data[attrRefs:], "AREF\x18")
	assert.Equal(t, m.Transitions, read(t, data).Transitions)
	assert.Equal(t, m.Attributes[:2], read(t, data).Attributes[:2])
}

// survive reads data and reports whether it is a model, which must be valid. Reading must not use
// much more memory than the length of data.
func survive(t *testing.T, data []byte) bool {
	m, err := damage.Read(t, data, 4, crfsuite.Read)
	if err != nil {
		require.ErrorIs(t, err, crfsuite.ErrModel)
		require.Nil(t, m)
		return false
	}
	require.NoError(t, m.Validate())
	return true
}

func TestTruncations(t *testing.T) {
	data := tiny(t, "model")
	for n := 0; n < len(data); n += truncations {
		require.False(t, survive(t, data[:n]), "%d bytes", n)
	}
	for n := 48; n < len(data); n += 7 * truncations { // with a consistent header
		bad := slices.Clone(data[:n])
		binary.LittleEndian.PutUint32(bad[4:], uint32(n))
		require.False(t, survive(t, bad), "%d bytes", n)
	}
}

func TestCorruptions(t *testing.T) {
	data := tiny(t, "model")
	rng := rand.New(rand.NewPCG(5, 6))
	items := [][]attrfile.Attribute{{{Name: "w[0]=the", Value: 1}, {Name: "cap", Value: 2}}, {{Name: "__EOS__", Value: 1}}}
	odd := []uint32{0, 1, 2, 12, 48, 0x7fffffff, 0x80000000, math.MaxUint32, uint32(len(data)), uint32(len(data)) - 4}
	bad := slices.Clone(data)
	valid, tagged := 0, 0
	for range corruptions {
		for range 1 + rng.IntN(3) {
			switch at := rng.IntN(len(data) - 4); rng.IntN(4) {
			case 0:
				bad[at] ^= 1 << rng.IntN(8)
			case 1:
				bad[at] = byte(rng.Uint32())
			case 2: // a number in the chunks before the names, which are aligned
				binary.LittleEndian.PutUint32(bad[at/4*4:], odd[rng.IntN(len(odd))])
			default: // a number in the remaining structure
				binary.LittleEndian.PutUint32(bad[4+rng.IntN(11)*4:], odd[rng.IntN(len(odd))])
			}
		}
		if survive(t, bad) {
			if valid++; valid%16 == 0 {
				_, err := newLabeller(t, read(t, bad)).TagItems(items)
				if err == nil {
					tagged++
				}
			}
		}
		copy(bad, data)
	}
	assert.Positive(t, valid)
	assert.Positive(t, tagged)
	assert.Less(t, valid, corruptions)
}

func FuzzRead(f *testing.F) {
	_, data := small(f)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(data[:48])
	f.Add(write(f, &crfsuite.Model{Labels: []string{""}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !survive(t, data) {
			return
		}
		m := read(t, data)
		again := write(t, m)
		assert.Equal(t, again, write(t, read(t, again)))
	})
}

package crfpp

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// arrayBuilder builds a double array, slowly: it takes the first offset where all children fit.
type arrayBuilder struct {
	base  []int32
	check []uint32
	taken []bool // whether used as a base
}

func (b *arrayBuilder) grow(n int) {
	for len(b.base) < n {
		b.base, b.check, b.taken = append(b.base, 0), append(b.check, 0), append(b.taken, false)
	}
}

// add adds names, sorted and without their first depth bytes, below a node. It returns the base of
// the node.
func (b *arrayBuilder) add(names []string, depth int, number map[string]int32) int32 {
	groups := make(map[int][]string) // by the offset from the base: 0 or byte+1
	for _, name := range names {
		k := 0
		if len(name) > depth {
			k = int(name[depth]) + 1
		}
		groups[k] = append(groups[k], name)
	}
	base := 1
	for ; ; base++ {
		b.grow(base + 257)
		if !b.taken[base] && !slices.ContainsFunc(slices.Collect(maps.Keys(groups)), func(k int) bool { return b.check[base+k] != 0 }) {
			break
		}
	}
	b.taken[base] = true
	for k := range groups {
		b.check[base+k] = uint32(base)
	}
	for _, k := range slices.Sorted(maps.Keys(groups)) {
		if k == 0 {
			b.base[base] = ^number[groups[0][0]]
		} else {
			b.base[base+k] = b.add(groups[k], depth+1, number)
		}
	}
	return int32(base)
}

func (b *arrayBuilder) bytes() doubleArray {
	var d doubleArray
	for k := range b.base {
		d = binary.LittleEndian.AppendUint32(d, uint32(b.base[k]))
		d = binary.LittleEndian.AppendUint32(d, b.check[k])
	}
	return d
}

func build(number map[string]int32) doubleArray {
	b := new(arrayBuilder)
	b.grow(1)
	b.check[0] = 0
	root := b.add(slices.Sorted(maps.Keys(number)), 0, number)
	b.base[0] = root
	return b.bytes()
}

func TestDoubleArrayHoldsItsNames(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for round := range 30 {
		number := map[string]int32{"U": 0}
		for k := range rng.IntN(300) {
			name := make([]byte, 1+rng.IntN(6))
			for i := range name {
				name[i] = byte(1 + rng.IntN(1+rng.IntN(255)))
			}
			number[string(name)] = int32(k * k)
		}
		d := build(number)
		found := make(map[string]int32)
		var names []string
		require.NoError(t, d.walk(func(name []byte, at int32) bool {
			found[string(name)] = at
			names = append(names, string(name))
			return true
		}))
		require.Equal(t, number, found, "round %d", round)
		require.True(t, slices.IsSorted(names))
		for name, at := range number {
			got, ok := d.find([]byte(name))
			require.True(t, ok)
			require.Equal(t, at, got)
			for _, other := range []string{name[1:], name + "x", name[:len(name)-1] + "\x00", "\x00" + name, "", "no"} {
				_, known := number[other]
				_, ok := d.find([]byte(other))
				require.Equal(t, known, ok, "%q", other)
			}
		}
	}
}

// Each damage makes names infinite or invalid.
func TestWalkRefusesWhatIsNoTrie(t *testing.T) {
	damage := func(f func(b *arrayBuilder)) error {
		b := new(arrayBuilder)
		b.grow(1)
		b.base[0] = b.add([]string{"ab", "ac", "b"}, 0, map[string]int32{"ab": 0, "ac": 1, "b": 2})
		f(b)
		return b.bytes().walk(func([]byte, int32) bool { return true })
	}
	require.NoError(t, damage(func(*arrayBuilder) {}))
	for name, f := range map[string]func(b *arrayBuilder){
		"the root leads to itself": func(b *arrayBuilder) { b.base[b.base[0]+1+'a'] = b.base[0] },
		"two nodes share children": func(b *arrayBuilder) { b.base[b.base[0]+1+'a'] = b.base[b.base[0]+1+'b'] },
		"a node leads nowhere":     func(b *arrayBuilder) { b.base[b.base[0]+1+'a'] = 0 },
		"a node leads out":         func(b *arrayBuilder) { b.base[b.base[0]+1+'a'] = 1 << 30 },
		"the root is negative":     func(b *arrayBuilder) { b.base[0] = -1 },
		"a name has no number":     func(b *arrayBuilder) { b.base[b.base[b.base[0]+1+'b']] = 7 },
	} {
		assert.Error(t, damage(f), name)
	}
	assert.NoError(t, doubleArray(nil).walk(func([]byte, int32) bool { return false }))
}

// Binary models may be larger than the samples; this test builds a large one.
func TestBinaryLayout(t *testing.T) {
	number := map[string]int32{"B": 0}
	for k := range 500 {
		number[fmt.Sprintf("U:%d", k*k)] = int32(4 + 2*k)
	}
	array := build(number)
	var b []byte
	b = binary.LittleEndian.AppendUint32(b, 100)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint64(b, 0x4000000000000000)
	b = binary.LittleEndian.AppendUint32(b, 1004)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(array)))
	b = append(binary.LittleEndian.AppendUint32(b, 4), "X\x00Y\x00"...)
	b = append(binary.LittleEndian.AppendUint32(b, 16), "U:%x[0,0]\x00B\x00\x00\x00\x00\x00"...)
	b = append(b, array...)
	for range 1004 {
		b = binary.LittleEndian.AppendUint32(b, 0x3fc00000) // 1.5
	}
	m := read(t, b)
	assert.Equal(t, []string{"X", "Y"}, m.Labels())
	assert.Equal(t, 2.0, m.CostFactor())
	assert.Equal(t, "U:%x[0,0]\nB", m.Templates().Source())
	assert.Len(t, collect(m.Unigrams()), 500)
	assert.Equal(t, map[int]float64{0: 1.5, 1: 1.5}, collect(m.Unigrams())["U:249001"])
	assert.Equal(t, map[[2]int]float64{{0, 0}: 1.5, {0, 1}: 1.5, {1, 0}: 1.5, {1, 1}: 1.5}, sum(m.Transitions()))

	for _, c := range []struct {
		at   int
		v    uint32
		want string
	}{
		{0, 200, "version 200"},
		{4, 1, "type 1"},
		{16, 1005, "4020 bytes expected, but only 4016 remain"},
		{16, 1003, "4 bytes after the last weight"},
		{16, 1 << 31, "invalid header"},
		{24, 7, "invalid header"},
		{24, 0xfffffff8, "bytes expected"},
		{28, 3, "unterminated"},
		{28, 0xffffffff, "bytes expected"},
		{32, 'X', `label "" is empty`},
	} {
		bad := slices.Clone(b)
		binary.LittleEndian.PutUint32(bad[c.at:], c.v)
		_, err := Read(bad)
		assert.ErrorIs(t, err, ErrModel)
		assert.ErrorContains(t, err, c.want, "%d at byte %d", c.v, c.at)
	}
}

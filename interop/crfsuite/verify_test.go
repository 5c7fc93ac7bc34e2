package crfsuite_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

// verifier checks a model file against the description of the format, with independent code: every
// chunk, offset, record, hash slot and link. Every byte must belong to one of them.
type verifier struct {
	*testing.T
	data []byte
	pos  int // all bytes before pos are accounted for
}

func (v *verifier) u32() int {
	v.Helper()
	if v.pos += 4; v.pos > len(v.data) {
		require.Fail(v, "the file ends early")
	}
	return int(binary.LittleEndian.Uint32(v.data[v.pos-4:]))
}

func (v *verifier) word(want string) {
	v.Helper()
	require.LessOrEqual(v, v.pos+len(want), len(v.data))
	require.Equal(v, want, string(v.data[v.pos:v.pos+len(want)]))
	v.pos += len(want)
}

func (v *verifier) numbers(n int) []int {
	v.Helper()
	list := make([]int, n)
	for i := range list {
		list[i] = v.u32()
	}
	return list
}

// jenkins is hashlittle of lookup3, byte by byte.
func jenkins(key string) uint32 {
	rot := func(x uint32, k int) uint32 { return x<<k | x>>(32-k) }
	var s [3]uint32
	for i := range s {
		s[i] = 0xdeadbeef + uint32(len(key))
	}
	for rest := len(key); rest > 0; rest -= 12 {
		for i, c := range []byte(key[:min(12, rest)]) {
			s[i/4] += uint32(c) << (i % 4 * 8)
		}
		key = key[min(12, rest):]
		if rest > 12 {
			for i, k := range []int{4, 6, 8, 16, 19, 4} {
				a, b, c := &s[i%3], &s[(i+1)%3], &s[(i+2)%3]
				*a -= *c
				*a ^= rot(*c, k)
				*c += *b
			}
			continue
		}
		for i, k := range []int{14, 11, 25, 16, 4, 14, 24} {
			c, b := &s[(i+2)%3], &s[(i+1)%3]
			*c ^= *b
			*c -= rot(*b, k)
		}
	}
	return s[2]
}

func TestJenkins(t *testing.T) {
	for key, want := range map[string]uint32{
		"": 0xdeadbeef, "Four score and seven years ago": 0x17770551,
		"O\x00": 0xc87780e6, "B\x00": 0xcb6d5cb5, "w=c\x00": 0x7ee7decc,
	} {
		assert.Equal(t, want, jenkins(key), "%q", key)
	}
}

func (v *verifier) dict(n int) []string {
	start := v.pos
	v.word("CQDB")
	size := v.u32()
	require.Zero(v, v.u32(), "flag")
	require.Equal(v, 0x62445371, v.u32(), "byte order")
	require.Equal(v, n, v.u32(), "number of links")
	links := v.u32()
	refs := v.numbers(512)

	names, at := make([]string, n), make(map[int]int)
	for range n {
		record := v.pos - start
		id, length := v.u32(), v.u32()
		require.Less(v, id, n)
		require.Zero(v, at[id], "a number twice")
		at[id] = record
		require.Positive(v, length)
		names[id] = string(v.data[v.pos : v.pos+length-1])
		require.NotContains(v, names[id], "\x00")
		v.pos += length - 1
		v.word("\x00")
	}
	hashes, members := make([]uint32, n), make([][]int, 256)
	for id, name := range names {
		hashes[id] = jenkins(name + "\x00")
		members[hashes[id]%256] = append(members[hashes[id]%256], id)
	}
	for table := range 256 {
		offset, size := refs[2*table], refs[2*table+1]
		if size == 0 {
			require.Zero(v, offset)
			require.Empty(v, members[table])
			continue
		}
		require.Equal(v, v.pos-start, offset, "table %d", table)
		slots := v.numbers(2 * size)
		require.Equal(v, 2*len(members[table]), size, "half of the slots are free")
		for _, id := range members[table] {
			k := int(hashes[id]>>8) % size
			for slots[2*k] != int(hashes[id]) || slots[2*k+1] != at[id] {
				if slots[2*k+1] == 0 {
					require.Fail(v, "a name is not found", "%q", names[id])
				}
				k = (k + 1) % size
			}
		}
		free := 0
		for k := range size {
			if slots[2*k+1] == 0 {
				require.Zero(v, slots[2*k], "hash of a free slot")
				free++
			}
		}
		require.Equal(v, size/2, free)
	}
	if n == 0 {
		require.Zero(v, links)
	} else {
		require.Equal(v, v.pos-start, links)
	}
	for id, link := range v.numbers(n) {
		require.Equal(v, at[id], link)
	}
	require.Equal(v, size, v.pos-start)
	return names
}

// refs verifies a chunk of references: n lists, followed by the given number of zero entries.
func (v *verifier) refs(name string, n, zeros int) [][]int {
	start := v.pos
	require.Zero(v, start%4, "aligned")
	v.word(name)
	size := v.u32()
	require.Equal(v, n+zeros, v.u32())
	offsets := v.numbers(n)
	for _, z := range v.numbers(zeros) {
		require.Zero(v, z)
	}
	lists := make([][]int, n)
	for i, offset := range offsets {
		require.Equal(v, v.pos, offset)
		lists[i] = v.numbers(v.u32())
	}
	require.Equal(v, size, v.pos-start)
	return lists
}

// verify checks that data is a file of m, and that each feature is listed once, in the right list.
func verify(t *testing.T, data []byte, m *crfsuite.Model) {
	t.Helper()
	v := &verifier{T: t, data: data}
	v.word("lCRF")
	require.Equal(t, len(data), v.u32())
	v.word("FOMC")
	require.Equal(t, 100, v.u32())
	require.Zero(t, v.u32(), "the number of features is not kept here")
	l, a := v.u32(), v.u32()
	offsets := v.numbers(5)

	require.Equal(t, v.pos, offsets[0])
	start := v.pos
	v.word("FEAT")
	size, k := v.u32(), v.u32()
	type record struct {
		typ, src, dst int
		w             float64
	}
	records := make([]record, k)
	for i := range records {
		records[i] = record{v.u32(), v.u32(), v.u32(), 0}
		records[i].w = math.Float64frombits(uint64(v.u32()) | uint64(v.u32())<<32)
	}
	require.Equal(t, size, v.pos-start)
	require.Equal(t, v.pos, offsets[1])
	labels := v.dict(l)
	require.Equal(t, v.pos, offsets[2])
	attributes := v.dict(a)
	for v.pos%4 != 0 {
		v.word("\x00")
	}
	require.Equal(t, v.pos, offsets[3])
	leaving := v.refs("LFRF", l, 2)
	require.Equal(t, v.pos, offsets[4])
	owned := v.refs("AFRF", a, 0)
	require.Equal(t, len(data), v.pos, "nothing follows")

	require.Equal(t, m.Labels, labels)
	require.Len(t, m.Attributes, len(attributes))
	seen := make(map[int]bool)
	for i, list := range owned {
		require.Equal(t, m.Attributes[i].Name, attributes[i])
		require.Len(t, list, len(m.Attributes[i].Features))
		for n, id := range list {
			f := m.Attributes[i].Features[n]
			require.Equal(t, record{0, i, f.Label, f.Weight}, records[id])
			seen[id] = true
		}
	}
	type pair struct{ from, to int }
	want, got := make(map[pair]float64), make(map[pair]float64)
	for _, f := range m.Transitions {
		want[pair{f.From, f.To}] = f.Weight
	}
	for i, list := range leaving {
		for _, id := range list {
			require.Equal(t, [2]int{1, i}, [2]int{records[id].typ, records[id].src})
			got[pair{i, records[id].dst}] = records[id].w
			seen[id] = true
		}
	}
	require.Equal(t, want, got)
	require.Len(t, seen, k, "every feature is listed")
	require.Equal(t, k, m.Features())
}

func TestFilesOfCRFsuiteVerify(t *testing.T) {
	data := tiny(t, "model")
	verify(t, data, read(t, data))
}

func TestWrittenFilesVerify(t *testing.T) {
	verify(t, write(t, read(t, tiny(t, "model"))), read(t, tiny(t, "model")))
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 80 {
		m := random(rng, 1+n%9, n*2)
		data := write(t, m)
		verify(t, data, m)
		verify(t, data, read(t, data))
	}
	large := &crfsuite.Model{Labels: []string{"O"}} // large tables with collisions
	for k := range 20000 {
		large.Attributes = append(large.Attributes, crfsuite.Attribute{Name: string(rune('a'+k%26)) + string(rune(0x4e00+k))})
	}
	data := write(t, large)
	verify(t, data, large)
	verify(t, data, read(t, data))
}

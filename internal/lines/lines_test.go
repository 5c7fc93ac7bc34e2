package lines

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// at is the Locate function of the tests.
func at(file string, line, column int, err error) error {
	return fmt.Errorf("%s:%d:%d: %w", file, line, column, err)
}

// slowly lists ways in which a text may arrive.
var slowly = map[string]func(io.Reader) io.Reader{
	"at once":          func(r io.Reader) io.Reader { return r },
	"byte by byte":     iotest.OneByteReader,
	"in halves":        iotest.HalfReader,
	"EOF with the end": iotest.DataErrReader,
}

// all returns the remaining lines, and the error after them unless it is io.EOF.
func all(l *Reader) (list []string, err error) {
	for {
		line, err := l.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, string(line))
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 2*chunkSize)
	for name, c := range map[string]struct {
		text string
		want []string
		bom  bool
	}{
		"empty":                    {"", nil, false},
		"LF":                       {"a\nb\n", []string{"a\n", "b\n"}, false},
		"no end":                   {"a\nb", []string{"a\n", "b"}, false},
		"blank":                    {"\n\n \n", []string{"\n", "\n", " \n"}, false},
		"CRLF":                     {"a\r\n\r\nb\r\n", []string{"a\r\n", "\r\n", "b\r\n"}, false},
		"CR":                       {"a\rb\r\rc", []string{"a\n", "b\n", "\n", "c"}, false},
		"CR at the end alone":      {"a\r", []string{"a\r"}, false},
		"CRs alone":                {"\r\r", []string{"\r\r"}, false},
		"CR within lines of LF":    {"a\rb\nc\n", []string{"a\rb\n", "c\n"}, false},
		"LF behind lines of CR":    {"a\rb\r\nc\rd", []string{"a\rb\r\n", "c\rd"}, false},
		"CR behind the first line": {"a\nb\rc\r", []string{"a\n", "b\rc\r"}, false},
		"long line":                {long + "\na\n", []string{long + "\n", "a\n"}, false},
		"long lines of CR":         {"a\r" + long + "\rb", []string{"a\n", long + "\n", "b"}, false},
		"mark":                     {BOM + "a\nb\n", []string{"a\n", "b\n"}, true},
		"mark alone":               {BOM, nil, true},
		"mark, blank line":         {BOM + "\na", []string{"\n", "a"}, true},
		"mark and CR":              {BOM + "a\rb", []string{"a\n", "b"}, true},
		"mark twice":               {BOM + BOM + "a\n", []string{BOM + "a\n"}, true},
		"mark in line 2":           {"a\n" + BOM + "b\n", []string{"a\n", BOM + "b\n"}, false},
		"half a mark":              {BOM[:2] + "\n", []string{BOM[:2] + "\n"}, false},
	} {
		for how, slow := range slowly {
			t.Run(name+", "+how, func(t *testing.T) {
				l := New(slow(strings.NewReader(c.text)), "f", at)
				got, err := all(&l)
				require.NoError(t, err)
				require.Equal(t, c.want, got)
				assert.Equal(t, c.bom, l.BOM)
				assert.Equal(t, len(c.want), l.Number)
				_, err = l.Next()
				assert.Equal(t, io.EOF, err, "the end stays the end")
			})
		}
	}
}

// The first 64 KiB determine whether lines end in CR, however the text arrives.
func TestLinesOfCRAreDecidedEarly(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		text string
		cr   bool
	}{
		"CR within":           {x(chunkSize-2) + "\r" + x(chunkSize), true},
		"CR at the border":    {x(chunkSize-1) + "\r" + x(chunkSize), false},
		"CR behind":           {x(chunkSize+chunkSize/2) + "\r" + x(chunkSize), false},
		"LF within":           {"a\r" + x(chunkSize-3) + "\n" + x(chunkSize), false},
		"CR within LF behind": {"a\r" + x(chunkSize) + "\n" + x(chunkSize), true},
	} {
		want := c.text
		if c.cr {
			want = strings.ReplaceAll(c.text, "\r", "\n")
		}
		for how, slow := range slowly {
			l := New(slow(strings.NewReader(c.text)), "f", at)
			got, err := all(&l)
			require.NoError(t, err)
			require.Len(t, got, 1+strings.Count(want, "\n"), "%s, %s", name, how)
			require.True(t, want == strings.Join(got, ""), "%s, %s", name, how)
		}
	}
}

func TestNUL(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string // lines before the NUL
	}{
		"first line":  {"\x00\nb\n", nil},
		"later":       {"a\nb\x00c\nd\n", []string{"a\n"}},
		"no line end": {"a\nb\n\x00", []string{"a\n", "b\n"}},
		"UTF-16":      {"\xff\xfea\x00\n\x00", nil},
		"lines of CR": {"a\rb\x00\rc", []string{"a\n"}},
		"chunk's end": {strings.Repeat("x\n", chunkSize/2-1) + "x\x00\nx\n", strings.SplitAfter(strings.Repeat("x\n", chunkSize/2-1), "\n")[:chunkSize/2-1]},
		"far":         {strings.Repeat("word\n", chunkSize) + "a\x00\n", strings.SplitAfter(strings.Repeat("word\n", chunkSize), "\n")[:chunkSize]},
	} {
		for how, slow := range slowly {
			for _, mark := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, %t", name, how, mark), func(t *testing.T) {
					l := New(slow(strings.NewReader(c.text)), "f", at)
					for _, want := range c.want {
						if mark {
							l.Mark()
						}
						if line, err := l.Next(); err != nil || string(line) != want {
							t.Fatalf("%q, %v: want %q", line, err, want)
						}
					}
					_, err := l.Next()
					require.ErrorIs(t, err, ErrBinary)
					assert.EqualError(t, err, fmt.Sprintf("f:%d:0: binary data", len(c.want)+1))
				})
			}
		}
	}
}

// The first NUL counts, even if a later one has been read.
func TestNULBehindALineAhead(t *testing.T) {
	l := New(iotest.OneByteReader(strings.NewReader("a\x00\nb\x00\n")), "f", at)
	n, err := l.Line(0)
	require.NoError(t, err)
	_, err = l.Line(n)
	require.NoError(t, err)
	_, err = l.Next()
	require.EqualError(t, err, "f:1:0: binary data")
}

func TestTooLongLine(t *testing.T) {
	longest := strings.Repeat("x", MaxLine-1) + "\n"
	l := New(strings.NewReader("a\n"+longest+"b\n"), "f", at)
	got, err := all(&l)
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.True(t, got[1] == longest)

	for name, text := range map[string]string{"with an end": "x" + longest, "at the end of the input": "x" + longest[:MaxLine-1] + "x"} {
		l = New(strings.NewReader("a\n"+text), "f", at)
		got, err = all(&l)
		require.ErrorIs(t, err, ErrTooLong, name)
		assert.EqualError(t, err, "f:2:0: line of more than 16 MiB: too long", name)
		assert.Len(t, got, 1, name)
	}

	l = New(endless("x"), "f", at)
	_, err = l.Next()
	require.ErrorIs(t, err, ErrTooLong)
	assert.LessOrEqual(t, len(l.Chunk), 2*MaxLine, "the reader gives up soon behind the limit")
}

func TestReadErrors(t *testing.T) {
	broken := errors.New("broken")
	ofFile := &fs.PathError{Op: "read", Path: "f", Err: broken}
	for name, c := range map[string]struct {
		file string
		err  error
		want string
	}{
		"named":        {"f", broken, "f: broken"},
		"no name":      {"", broken, "broken"},
		"has the name": {"f", ofFile, "read f: broken"},
		"other name":   {"g", ofFile, "g: read f: broken"},
	} {
		t.Run(name, func(t *testing.T) {
			l := New(io.MultiReader(strings.NewReader("a\nhalf a line"), iotest.ErrReader(c.err)), c.file, at)
			got, err := all(&l)
			require.ErrorIs(t, err, broken)
			require.EqualError(t, err, c.want)
			assert.Equal(t, []string{"a\n"}, got)

			l = New(io.MultiReader(strings.NewReader("a\rhalf a line"), iotest.ErrReader(c.err)), c.file, at)
			got, err = all(&l)
			require.EqualError(t, err, c.want)
			assert.Equal(t, []string{"a\n"}, got)
		})
	}
	l := New(idle{}, "f", at)
	_, err := l.Next()
	require.ErrorIs(t, err, io.ErrNoProgress)
}

// idle reads nothing.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// Only the lines since Mark are kept.
func TestMark(t *testing.T) {
	line := strings.Repeat("x", 99) + "\n"
	l := New(strings.NewReader(strings.Repeat(line, 20_000)), "f", at)
	for range 2_000 {
		l.Mark()
		for k := range 10 {
			_, err := l.Next()
			require.NoError(t, err)
			require.Len(t, l.Chunk[l.Kept:l.Pos], (k+1)*len(line))
		}
		require.True(t, string(l.Chunk[l.Kept:l.Pos]) == strings.Repeat(line, 10))
	}
	assert.LessOrEqual(t, cap(l.Chunk), 2*chunkSize, "2 MB were read")

	l = New(strings.NewReader(strings.Repeat(line, 20_000)), "f", at)
	_, err := all(&l)
	require.NoError(t, err)
	assert.True(t, string(l.Chunk[l.Kept:l.Pos]) == strings.Repeat(line, 20_000), "without Mark all lines are kept")
}

// Next does not read more of a pipe than the line needs.
func TestNextReadsOnce(t *testing.T) {
	in := &pieces{"a\n", "b\nc\n", "d", "e\n"}
	l := New(in, "f", at)
	for _, c := range []struct {
		want string
		left int
	}{{"a\n", 3}, {"b\n", 2}, {"c\n", 2}, {"de\n", 0}} {
		line, err := l.Next()
		require.NoError(t, err)
		require.Equal(t, c.want, string(line))
		require.Len(t, *in, c.left)
	}
}

// pieces are the results of consecutive Reads.
type pieces []string

func (p *pieces) Read(to []byte) (int, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	n := copy(to, (*p)[0])
	*p = (*p)[1:]
	return n, nil
}

func TestUnread(t *testing.T) {
	l := New(strings.NewReader("a\nbc\n"), "f", at)
	for _, want := range []string{"a\n", "bc\n"} {
		line, err := l.Next()
		require.NoError(t, err)
		require.Equal(t, want, string(line))
	}
	l.Unread()
	require.Equal(t, 1, l.Number)
	got, err := all(&l)
	require.NoError(t, err)
	assert.Equal(t, []string{"bc\n"}, got)
	assert.Equal(t, 2, l.Number)
}

// Line looks ahead. Together, its text and the rest are the input with the detected line ends.
func TestLineAndRest(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"LF": {"a\nbc\n" + strings.Repeat("d\n", chunkSize), "a\nbc\n" + strings.Repeat("d\n", chunkSize)},
		"CR": {"a\rbc\r" + strings.Repeat("d\r", chunkSize), "a\nbc\n" + strings.Repeat("d\n", chunkSize)},
	} {
		t.Run(name, func(t *testing.T) {
			l := New(strings.NewReader(c.text), "f", at)
			n, err := l.Line(0)
			require.NoError(t, err)
			require.Equal(t, 2, n)
			m, err := l.Line(n)
			require.NoError(t, err)
			require.Equal(t, 3, m)
			require.Zero(t, l.Pos)
			require.Zero(t, l.Number)
			rest, err := io.ReadAll(l.Rest())
			require.NoError(t, err)
			require.NotEmpty(t, rest)
			require.True(t, c.want == string(l.Chunk)+string(rest))
		})
	}
}

func TestOf(t *testing.T) {
	l := Of([]byte(BOM+"a\rb\nc"), 7, at)
	got, err := all(&l)
	require.NoError(t, err)
	assert.Equal(t, []string{BOM + "a\rb\n", "c"}, got, "the text is behind a mark, and its line ends are decided")
	assert.False(t, l.BOM)
	require.NoError(t, l.CheckSize(7))
	require.ErrorIs(t, l.CheckSize(8), ErrTooLong)
}

func TestPlaces(t *testing.T) {
	l := New(strings.NewReader("a\nb\nc\n"), "f", at)
	require.NoError(t, l.CheckSize(maxSentence))
	for range 2 {
		_, err := l.Next()
		require.NoError(t, err)
	}
	err := l.CheckSize(maxSentence + 1)
	require.ErrorIs(t, err, ErrTooLong)
	assert.EqualError(t, err, "f:2:0: sentence of more than 256 MiB: too long")
	assert.EqualError(t, l.Fail(3, io.ErrUnexpectedEOF), "f:2:3: unexpected EOF")
	assert.Equal(t, io.EOF, l.Wrap(io.EOF))
}

func TestCutEnd(t *testing.T) {
	for line, want := range map[string]string{
		"": "", "\n": "", "\r\n": "", "\r": "", "a": "a", "a\n": "a", "a\r\n": "a", "a\r\r\n": "a", "a\r": "a",
		"a\rb\n": "a\rb", "a \t\n": "a \t", "a\n\n": "a\n", "a\n\r": "a\n",
	} {
		assert.Equal(t, want, string(CutEnd([]byte(line))), "%q", line)
	}
}

func TestIsBlank(t *testing.T) {
	for line, want := range map[string]bool{"": true, " ": true, "\t \t": true, "a": false, " a": false, "\u00a0": false, "\r": false, "\v": false} {
		assert.Equal(t, want, IsBlank([]byte(line)), "%q", line)
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []byte{0, '\t', '\n', ' ', 'a', 0x7f, 0x80, 0xff} {
		for _, other := range []byte{0, 1, '\t', '\n', ' ', 'a', 0x7f, 0x80, 0x81, 0xff} {
			for pattern := range 256 {
				var w, want uint64
				for k := range 8 {
					b := other
					if pattern>>k&1 != 0 {
						b = c
					}
					w |= uint64(b) << (8 * k)
					if b == c {
						want |= 0x80 << (8 * k)
					}
				}
				require.Equal(t, want, Equal(w, c), "%016x, %#x", w, c)
			}
		}
	}
}

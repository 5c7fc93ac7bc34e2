package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plenty returns numbered sentences of 1 to 60 tokens that fill several blocks.
func plenty(n int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	words := []string{"Maria\tPROPN\n", "lives\tVERB\n", "in\tADP\n", "Oslo\tPROPN\n", "Weber\tPROPN\n"}
	var b strings.Builder
	for k := range n {
		b.WriteString("# sentence " + strconv.Itoa(k) + " of many\n")
		for range 1 + rng.IntN(60) {
			b.WriteString(words[rng.IntN(len(words))])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// pieces returns its text in pieces of random length, and yields to other goroutines between them.
type pieces struct {
	text string
	rng  *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	runtime.Gosched()
	n := copy(b[:min(len(b), 1+p.rng.IntN(5000))], p.text)
	p.text = p.text[n:]
	return n, nil
}

// TestThreadsAgree compares the output of several threads with that of one, for files and for pipes
// that return pieces of random length.
func TestThreadsAgree(t *testing.T) {
	conll := plenty(500)
	many := func(path string) string { return write(t, "many", strings.Repeat(read(t, path)+"\n", 200)) }
	for name, c := range map[string]struct {
		args []string
		text string
	}{
		"conll":    {[]string{"--model", nerModel(t)}, conll},
		"probs":    {[]string{"--model", nerModel(t), "--probs", "--posterior"}, conll},
		"n-best":   {[]string{"--model", nerModel(t), "--nbest", "2"}, plenty(100)},
		"files":    {[]string{"--model", nerModel(t), "testdata/text.conll", write(t, "a", conll), "testdata/partly.conll", "-", write(t, "b", "\uFEFF"+conll+"Anna\tPROPN")}, conll},
		"conllu":   {[]string{"--model", posModel(t), many("testdata/text.conllu")}, ""},
		"misc":     {[]string{"--model", posModel(t), "--probs", many("testdata/text.conllu")}, ""},
		"crfsuite": {[]string{"--model", itemsModel(t), many("testdata/text.crfsuite")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			want := done(t, c.text, append([]string{"tag", "--threads", "1"}, c.args...)...)
			require.Greater(t, len(want.out), 3000)
			for seed, threads := range []string{"2", "3", "8"} {
				in := &pieces{c.text, rand.New(rand.NewPCG(3, uint64(seed)))}
				o := taggerContext(t.Context(), in, append([]string{"tag", "--threads", threads}, c.args...)...)
				require.Equal(t, exitDone, o.status, o.errors)
				require.True(t, want.out == o.out, "%s threads", threads)
			}
		})
	}
}

// TestErrorInTheMiddle expects the sentences before a bad line and its place, with any number of
// threads.
func TestErrorInTheMiddle(t *testing.T) {
	good := plenty(300)
	path := write(t, "text.conll", good+"Maria\tPROPN\nlives\n\n"+good)
	want := done(t, good, "tag", "--model", nerModel(t)).out
	line := strings.Count(good, "\n") + 2
	for _, threads := range []string{"1", "4"} {
		o := tagger(t, "", "tag", "--threads", threads, "--model", nerModel(t), path, "missing")
		assert.Equal(t, exitFailed, o.status)
		assert.Equal(t, "tagger: "+path+":"+strconv.Itoa(line)+": 1 column, expected 2\n", o.errors)
		assert.True(t, want == o.out)
	}
	o := tagger(t, "", "tag", "--model", nerModel(t), write(t, "good", good), "missing")
	assert.Equal(t, "tagger: missing: no such file or directory\n", o.errors)
	assert.True(t, want == o.out)
}

func TestLongSentenceAmongOthers(t *testing.T) {
	long := strings.Repeat("Maria\tPROPN\nlives\tVERB\nin\tADP\nOslo\tPROPN\n", 25_000)
	o := done(t, plenty(50)+long+"\n"+plenty(50), "tag", "--threads", "2", "--model", nerModel(t))
	assert.True(t, strings.Contains(o.out, "\n\n"+done(t, long, "tag", "--model", nerModel(t)).out+"\n# sentence 0"))
}

// endless is an endless pipe.
type endless struct{ n atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	const sentence = "Maria\tPROPN\n\n"
	n := 0
	for len(p)-n >= len(sentence) {
		n += copy(p[n:], sentence)
	}
	e.n.Add(int64(n))
	return n, nil
}

// bounded is an output that closes after some bytes, and records how much input was read for them.
type bounded struct {
	in      *endless
	n, most int
}

func (w *bounded) Write(p []byte) (int, error) {
	w.n += len(p)
	w.most = max(w.most, int(w.in.n.Load())/len("Maria\tPROPN\n\n")-w.n/len("Maria\tPROPN\tB-PER\n\n"))
	if w.n > 4<<20 {
		return gone{}.Write(p)
	}
	return len(p), nil
}

// TestMemoryIsBounded tags an endless input until the output closes: the input is read only as fast
// as the output.
func TestMemoryIsBounded(t *testing.T) {
	var errs bytes.Buffer
	in := new(endless)
	out := &bounded{in: in}
	status := run(t.Context(), []string{"tag", "--threads", "1", "--model", nerModel(t)}, in, out, &errs)
	assert.Equal(t, exitFailed, status)
	assert.Empty(t, errs.String())
	const blocks = 2*1 + 2 + 4 // in the pipeline and in the readers before it
	const blockSize = 64 << 10 // of the pipeline
	assert.Less(t, out.most*len("Maria\tPROPN\n\n"), blocks*blockSize)
}

// TestInterruptEndsAllGoroutines cancels tagging of a silent input and of an endless one.
func TestInterruptEndsAllGoroutines(t *testing.T) {
	model := nerModel(t)
	before := runtime.NumGoroutine()
	for _, in := range []func() (io.Reader, func()){
		func() (io.Reader, func()) {
			r, w := io.Pipe()
			go func() { _, _ = io.WriteString(w, "Maria\tPROPN\n\nlives") }()
			return r, func() { _ = w.Close() }
		},
		func() (io.Reader, func()) { return new(endless), func() {} },
	} {
		ctx, stop := context.WithCancel(t.Context())
		r, end := in()
		var out trigger
		out.text, out.f = "B-PER", stop
		var errs bytes.Buffer
		assert.Equal(t, exitFailed, run(ctx, []string{"tag", "--threads", "3", "--model", model}, r, &out, &errs))
		assert.Equal(t, "tagger: interrupted\n", errs.String())
		assert.True(t, strings.HasSuffix(out.String(), "Maria\tPROPN\tB-PER\n\n"), "whole sentences")
		end()
	}
	for range 5000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestPosterior expects more correct labels than in the best labelling, by the probabilities of the
// model.
func TestPosterior(t *testing.T) {
	sum := func(args ...string) (p float64) {
		for _, row := range cells(done(t, plenty(20), append([]string{"tag", "--probs", "--model", nerModel(t)}, args...)...).out) {
			if len(row) == 4 {
				x, err := strconv.ParseFloat(row[3], 64)
				require.NoError(t, err)
				p += x
			}
		}
		return p
	}
	best, posterior := sum(), sum("--posterior")
	assert.Greater(t, best, 20.0)
	assert.GreaterOrEqual(t, posterior, best)
}

// TestSpanProbs compares the probability of a span with the sum over all labellings that contain
// it.
func TestSpanProbs(t *testing.T) {
	text := "Maria\tPROPN\nWeber\tPROPN\nlives\tVERB\n"
	blocks := strings.Split(strings.TrimSpace(done(t, text, "tag", "--nbest", "10000", "--model", nerModel(t)).out), "\n# ")
	o := done(t, text, "tag", "--probs", "--span-probs", "--model", nerModel(t))
	rows := cells(o.out)
	assert.Equal(t, []string{"Maria", "PROPN", "B-PER"}, rows[0][:3])
	assert.Equal(t, []string{"Weber", "PROPN", "I-PER"}, rows[1][:3])
	assert.Equal(t, "_", rows[1][4])
	assert.Equal(t, "_", rows[2][4])
	sum := 0.0
	for _, block := range blocks {
		if strings.Contains(block, "B-PER\nWeber\tPROPN\tI-PER\nlives\tVERB\t") && !strings.HasSuffix(strings.TrimSpace(block), "I-PER") {
			p, err := strconv.ParseFloat(strings.Fields(strings.TrimPrefix(block, "# "))[1], 64)
			require.NoError(t, err)
			sum += p
		}
	}
	p, err := strconv.ParseFloat(rows[0][4], 64)
	require.NoError(t, err)
	assert.Greater(t, sum, 0.1)
	assert.InDelta(t, sum, p, 1e-5)

	o = tagger(t, "", "tag", "--span-probs", "--model", posModel(t), "testdata/text.conllu")
	assert.Equal(t, exitUsage, o.status)
	assert.Contains(t, o.errors, "encode no spans")
	o = tagger(t, "", "tag", "--span-probs", "--model", itemsModel(t), "testdata/text.crfsuite")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "text.crfsuite:2: the output for attribute files cannot hold span probabilities")
}

// TestNotes expects that MISC keeps its entries, except for old probabilities.
func TestNotes(t *testing.T) {
	model := modelOf(t, "testdata/blanks.conll")
	row := func(id, word, label, misc string) string {
		return strings.Join([]string{id, word, "_", "_", label, "_", "_", "_", "_", misc}, "\t") + "\n"
	}
	text := row("1", "Maria", "_", "SpaceAfter=No|SpanProb=1|Prob=0.5") + row("2-3", "livesin", "_", "Prob=2") +
		row("00000000000000000000000000000002", "lives", "_", "_") + row("3", "in", "_", "SpanProb=1") + "\n"
	args := []string{"tag", "--model", model, "--label", "XPOS"}
	misc := func(flags ...string) (notes []string) {
		for _, cells := range cells(strings.TrimSpace(done(t, text, append(args, flags...)...).out)) {
			notes = append(notes, cells[9])
		}
		return notes
	}
	both := misc("--probs", "--span-probs")
	assert.Regexp(t, `^SpaceAfter=No\|Prob=0\.\d{6}\|SpanProb=0\.\d{6}$`, both[0])
	assert.Equal(t, "Prob=2", both[1], "no token")
	assert.Regexp(t, `^Prob=0\.\d{6}$`, both[2])
	assert.Regexp(t, `^Prob=0\.\d{6}$`, both[3])
	spans := misc("--span-probs")
	assert.Regexp(t, `^SpaceAfter=No\|Prob=0.5\|SpanProb=0\.\d{6}$`, spans[0])
	assert.Equal(t, "_", spans[2])
	assert.Equal(t, "_", spans[3])

	args[len(args)-1] = "MISC" // also for the labels
	assert.Regexp(t, `^B-PER\|Prob=0\.\d{6}$`, misc("--probs")[0])
}

// TestConstraints lists all labellings of a word. Without constraints, some of them start inside a
// span.
func TestConstraints(t *testing.T) {
	list := func(args ...string) string {
		return done(t, "Maria\tPROPN\n", append([]string{"tag", "--nbest", "99", "--model", nerModel(t)}, args...)...).out
	}
	assert.NotContains(t, list(), "\tI-PER")
	assert.Contains(t, list("--no-constraints"), "\tI-PER")
}

func TestTagUsage(t *testing.T) {
	for says, args := range map[string][]string{
		"--threads -1: want a positive number":         {"--threads", "-1"},
		"--posterior gives one labelling per sentence": {"--posterior", "--nbest", "2"},
	} {
		o := tagger(t, "", append([]string{"tag", "--model", "m"}, args...)...)
		assert.Equal(t, exitUsage, o.status)
		assert.Contains(t, o.errors, says)
	}
}

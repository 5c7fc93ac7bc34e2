package crf

import (
	"sync"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/workers"
)

// batchTokens is the number of tokens whose attributes one goroutine numbers at a time.
const batchTokens = 1024

// batches returns what numbers attributes on several goroutines, or nil if there is only one.
func (d *Dataset) batches() *numbering {
	if d.numbering == nil {
		d.numbering = &numbering{data: d, most: workers.ForTagging(d.Threads) - 1}
	}
	if d.numbering.most == 0 {
		return nil
	}
	return d.numbering
}

// finish numbers the attributes of all sentences added so far. Several goroutines may call it, as
// they may train on the same data.
func (d *Dataset) finish() {
	if d.numbering != nil {
		d.numbering.finish()
	}
}

// numbering extracts and numbers the attributes of sentences on several goroutines.
//
// The goroutine that adds sentences cuts batches. A batch is extracted on any goroutine, which also
// finds the numbers of known names. The goroutine that adds then numbers the other names, in the
// order of the batches. So numbers are in the order of first occurrence. A goroutine ends when no
// batch waits for it.
type numbering struct {
	data *Dataset
	most int // number of other goroutines; 0 means that there are no batches

	filling *batch   // being filled, or nil
	batches []*batch // sent, in the order of the input
	spare   []*batch

	finishing sync.Mutex   // held while the last batches are numbered
	names     sync.RWMutex // guards the dictionaries

	mu      sync.Mutex
	waiting []*batch // sent, but on no goroutine yet
	running int      // other goroutines
}

// A batch holds consecutive sentences while their attributes are numbered.
type batch struct {
	sentences []features.Snapshot // columns; only the first are in use
	used      int
	size      int // number of tokens

	text  []byte    // concatenated names of ready-made attributes
	end   []int     // end of each name
	given []float64 // their values
	ready []int     // for each token, the number of ready-made attributes up to its end

	tokens                     // a negative number ^k is name k of attrs or bigrams
	attrs, bigrams *dictionary // names that were not known
	extractor      *features.Extractor
	done           chan struct{}
}

// columns adds a sentence.
func (n *numbering) columns(seq features.Sequence) {
	b := n.current()
	if b.used == len(b.sentences) {
		b.sentences = append(b.sentences, features.Snapshot{})
	}
	b.sentences[b.used].Take(n.data.program, seq)
	b.used++
	n.added(seq.Len())
}

// readyMade adds a sentence with ready-made attributes.
func (n *numbering) readyMade(items [][]attrfile.Attribute) {
	b := n.current()
	for _, list := range items {
		for i := range list {
			b.text = append(b.text, list[i].Name...)
			b.end, b.given = append(b.end, len(b.text)), append(b.given, list[i].Value)
		}
		b.ready = append(b.ready, len(b.end))
	}
	n.added(len(items))
}

func (n *numbering) current() *batch {
	if n.filling != nil {
		return n.filling
	}
	d := n.data
	b := &batch{done: make(chan struct{}, 1), attrs: &dictionary{hasher: d.attrs.hasher}, bigrams: &dictionary{hasher: d.bigrams.hasher}}
	if k := len(n.spare); k > 0 {
		b, n.spare = n.spare[k-1], n.spare[:k-1]
	} else if d.program != nil {
		b.extractor = d.program.NewExtractor()
	}
	b.reset()
	b.attrs.reset()
	b.bigrams.reset()
	b.used, b.size = 0, 0
	b.text, b.end, b.given, b.ready = b.text[:0], b.end[:0], b.given[:0], b.ready[:0]
	n.filling = b
	return b
}

// added sends the batch if it is full.
func (n *numbering) added(tokens int) {
	if n.filling.size += tokens; n.filling.size >= batchTokens {
		n.send()
	}
}

// send sends the batch that is being filled. If there are enough batches for the other goroutines,
// it also works on batches.
func (n *numbering) send() {
	n.mu.Lock()
	n.batches, n.waiting, n.filling = append(n.batches, n.filling), append(n.waiting, n.filling), nil
	if n.running < n.most {
		n.running++
		go n.work()
	}
	n.mu.Unlock()
	for len(n.batches) > 5*n.most {
		n.help()
	}
}

// finish numbers the attributes of all batches.
func (n *numbering) finish() {
	n.finishing.Lock()
	defer n.finishing.Unlock()
	if n.filling == nil && len(n.batches) == 0 {
		return
	}
	if n.filling != nil {
		n.send()
	}
	for len(n.batches) > 0 {
		n.help()
	}
	n.batches, n.spare = nil, nil
	n.mu.Lock()
	n.waiting = nil // and the batches in its memory
	n.mu.Unlock()
}

// help works on a waiting batch, if there is one, and merges all batches that are ready. It waits
// for a batch if there is nothing else to do.
func (n *numbering) help() {
	n.mu.Lock()
	b := n.next()
	n.mu.Unlock()
	if b != nil {
		n.extract(b)
	} else {
		<-n.batches[0].done
		n.merge()
	}
	for len(n.batches) > 0 {
		select {
		case <-n.batches[0].done:
			n.merge()
		default:
			return
		}
	}
}

// next takes the first waiting batch, or returns nil. The caller must hold n.mu.
func (n *numbering) next() *batch {
	if len(n.waiting) == 0 {
		return nil
	}
	b := n.waiting[0]
	n.waiting = n.waiting[1:]
	return b
}

// work extracts waiting batches until there are none.
func (n *numbering) work() {
	for {
		n.mu.Lock()
		b := n.next()
		if b == nil {
			n.running--
			n.mu.Unlock()
			return
		}
		n.mu.Unlock()
		n.extract(b)
	}
}

// extract extracts the attributes of a batch and finds the numbers of the known ones.
func (n *numbering) extract(b *batch) {
	d := n.data
	attr := finder{known: d.attrs, fresh: b.attrs, add: !d.heldOut}
	bigram := finder{known: d.bigrams, fresh: b.bigrams, add: !d.heldOut}
	for k := range b.used {
		b.extractor.Reset(&b.sentences[k])
		n.names.RLock()
		b.extract(b.extractor, attr, bigram)
		n.names.RUnlock()
	}
	lo, from := 0, 0
	for _, to := range b.ready {
		b.names = b.names[:0]
		for _, hi := range b.end[from:to] {
			b.names, lo = append(b.names, b.text[lo:hi]), hi
		}
		n.names.RLock()
		b.find(&attr, b.names)
		n.names.RUnlock()
		for p, id := range b.ids {
			if id >= 0 || attr.add {
				b.add(id, b.given[from+p])
			}
		}
		b.next()
		from = to
	}
	b.done <- struct{}{}
}

// merge numbers the new names of the first batch and appends its tokens to the data set.
func (n *numbering) merge() {
	d, b := n.data, n.batches[0]
	n.batches = n.batches[1:]
	n.names.Lock()
	attrs, bigrams := d.attrs.merge(b.attrs), d.bigrams.merge(b.bigrams)
	n.names.Unlock()
	d.append(&b.tokens, attrs, bigrams)
	n.spare = append(n.spare, b)
}

// append appends the tokens of a batch. The name ^k has the number attrs[k] or bigrams[k].
func (k *tokens) append(b *tokens, attrs, bigrams []int32) {
	if len(b.value) > 0 || len(k.value) > 0 {
		k.value = appendOnes(k.value, len(k.attr))
		k.value = appendOnes(append(k.value, b.value...), len(k.attr)+len(b.attr))
	}
	if len(k.battr)+len(b.battr) > 0 {
		k.padPairs()
		b.padPairs()
		k.bfirst = appendFrom(k.bfirst, b.bfirst[1:], len(k.battr))
	}
	k.first = appendFrom(k.first, b.first[1:], len(k.attr))
	k.attr = appendNumbers(k.attr, b.attr, attrs)
	k.battr = appendNumbers(k.battr, b.battr, bigrams)
}

// appendOnes appends ones up to a length of n.
func appendOnes(values []float64, n int) []float64 {
	for len(values) < n {
		values = append(values, 1)
	}
	return values
}

// appendFrom appends positions that count from at.
func appendFrom(dst, positions []int, at int) []int {
	for _, p := range positions {
		dst = append(dst, at+p)
	}
	return dst
}

// appendNumbers appends numbers. It replaces ^k by fresh[k].
func appendNumbers(dst, numbers, fresh []int32) []int32 {
	n := len(dst)
	dst = append(dst, numbers...)
	for i, id := range dst[n:] {
		if id < 0 {
			dst[n+i] = fresh[^id]
		}
	}
	return dst
}

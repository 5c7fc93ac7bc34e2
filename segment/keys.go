package segment

// The first attribute of each group has one of these numbers.
const (
	charactersFrom = 0
	boundaryFrom   = 50
	insideFrom     = 100
)

// A collector makes keys of attributes, which it numbers.
type collector struct {
	keys []uint32
	id   uint32 // of the last attribute
}

func (c *collector) add(hash uint32) {
	c.id++
	c.keys = append(c.keys, finish(extend(hash, c.id)))
}

// pair returns the hash of two hashes.
func pair(a, b uint32) uint32 { return extend(a, b) }

// triple returns the hash of three hashes.
func triple(a, b, c uint32) uint32 { return extend(extend(a, b), c) }

// attributes returns the keys of the attributes of character i, which is a spot. They are valid
// until the next call.
func (a *analysis) attributes(i int) []uint32 {
	c := collector{keys: a.keys[:0], id: charactersFrom}
	a.characters(&c, i)
	if a.tokens[a.chars[i].token].first == int32(i) {
		c.id = boundaryFrom
		a.boundary(&c, i)
	} else {
		c.id = insideFrom
		a.inside(&c, i)
	}
	a.keys = c.keys
	return c.keys
}

// window returns the hash of some characters.
func window(chars []char) uint32 {
	hash := uint32(hashStart)
	for k := range chars {
		hash = extend(hash, chars[k].hash)
	}
	return hash
}

// classes returns a number for the classes of at most eight characters.
func classes(chars []char) uint32 {
	n := uint32(0)
	for k := range chars {
		n = n<<4 | uint32(chars[k].class)
	}
	return n
}

// characters adds the attributes of the characters, the rules and the lexicon around character i.
func (a *analysis) characters(c *collector, i int) {
	w := a.chars[i-padding : i+padding] // w[padding] is the character
	const at = padding
	for _, k := range [...]int{-2, -1, 0, 1} {
		c.add(w[at+k].hash)
	}
	for _, span := range [...][2]int8{
		{-2, 0}, {-1, 1}, {0, 2}, {-3, 0}, {-2, 1}, {-1, 2}, {0, 3}, {-4, 0}, {-3, 1}, {-2, 2}, {-1, 3}, {0, 4}, {-3, 2}, {-2, 3}, {-3, 3},
	} {
		c.add(window(w[at+span[0] : at+span[1]]))
	}
	near := classes(w[at-2 : at+2])
	c.add(near)
	c.add(classes(w[at-3 : at+3]))
	c.add(classes(w[at-4 : at+4]))

	rule := uint32(w[at].rule)
	c.add(rule)
	c.add(pair(rule, near))
	c.add(triple(rule, w[at-1].hash, w[at].hash))

	m := &a.matches[i]
	begin, end, cover := uint32(m.begin), uint32(m.end), uint32(m.cover)
	c.add(pair(begin, m.beginInfo.count()))
	c.add(pair(end, m.endInfo.count()))
	c.add(triple(begin, end, cover))
	c.add(triple(min(begin, 4), min(end, 4), min(cover, 4)))
}

// boundary adds the attributes of the tokens around character i, with which one starts.
func (a *analysis) boundary(c *collector, i int) {
	t := int(a.chars[i].token)
	here, before, earlier, after := &a.tokens[t], &a.tokens[t-1], &a.tokens[t-2], &a.tokens[t+1]
	gap := uint32(min(a.chars[i-1].class, lineEnd+1)) | uint32(a.chars[i].rule)<<2 // the white space and the rules
	c.add(pair(before.hash, gap))
	c.add(pair(here.hash, gap))
	c.add(pair(here.shape, gap))
	c.add(triple(before.hash, here.hash, gap))
	c.add(triple(earlier.hash, before.hash, gap))
	c.add(triple(here.hash, after.hash, gap))
	c.add(triple(before.shape, here.shape, gap))
	c.add(triple(before.hash, here.shape, gap))
	c.add(triple(before.shape, here.hash, gap))
	around := triple(before.shape, here.shape, gap)
	c.add(pair(around, earlier.shape))
	c.add(pair(around, after.shape))
	c.add(triple(around, earlier.shape, after.shape))
	c.add(triple(earlier.hash, before.shape, here.shape))

	word := here.info.casing() | here.info.starter()<<2 | uint32(here.class)<<5
	closer := before.info.closer()
	c.add(pair(word, gap))
	c.add(triple(word, before.shape, gap))
	c.add(triple(word, before.hash, gap))
	c.add(triple(word, closer, gap))
	c.add(triple(closer, here.shape, gap))
	c.add(triple(earlier.info.closer(), before.shape, here.shape))
	length := uint32(before.length)
	if length > 6 {
		length = 6 + min(length, 30)/6
	}
	c.add(triple(length, before.shape, uint32(here.class)))
	c.add(triple(length, word, gap))
	c.add(triple(uint32(here.odd), before.shape, here.shape))
	left := uint32(min(len(a.tokens)-padTokens-t, 5))
	c.add(triple(left, before.shape, here.shape))
}

// inside adds the attributes of the token within which character i lies.
func (a *analysis) inside(c *collector, i int) {
	t := int(a.chars[i].token)
	here, before, after := &a.tokens[t], &a.tokens[t-1], &a.tokens[t+1]
	m := &a.matches[i]
	left := window(a.chars[max(int(here.first), i-maxWord):i])
	right := window(a.chars[i:min(int(here.end), i+maxWord)])
	c.add(left)
	c.add(right)
	c.add(triple(right, m.endInfo.count(), here.info.count()))
	c.add(triple(right, m.endInfo.count(), after.shape))
	c.add(triple(right, after.hash, 0))
	c.add(triple(right, before.hash, 1))
	ends := uint32(min(len(a.tokens)-padTokens-t, 2)) // 1 at the end of the paragraph
	cut := classes(a.chars[i-1 : i+1])
	c.add(pair(here.shape, cut))
	c.add(triple(here.shape, cut, ends))
	c.add(triple(here.shape, cut, after.shape))
	whole := pair(here.hash, uint32(i)-uint32(here.first))
	c.add(whole)
	c.add(pair(whole, before.hash))
	c.add(pair(whole, after.hash))
	c.add(pair(whole, before.shape))
	c.add(pair(whole, after.shape))
	c.add(triple(whole, after.info.casing(), after.info.starter()))
}

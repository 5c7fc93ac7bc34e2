package standoff

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus"
)

// The names of the elements that a writer of XML uses. A root of this name always holds documents.
const (
	xmlRoot     = "documents"
	xmlDocument = "document"
)

// An xmlReader reads inline XML.
type xmlReader struct {
	source  limited
	dec     *xml.Decoder
	name    string
	element string // of a document, or ""
	depth   int    // of a document without a name: 0 for the root, 1 for its children
	lost    Counts
	open    []xmlElement
	text    []byte
	folded  bool // the text ends in a line end that became a space
}

// An xmlElement is an element whose end is not read yet.
type xmlElement struct {
	name     string
	line     int
	preserve bool // xml:space
	span     int  // in the document, -1 for the document and its ancestors
}

// limited reads until a document has used up the bytes that are left.
type limited struct {
	r    io.Reader
	left int
}

// Read implements [io.Reader].
func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("document of more than %d MiB: %w", maxDocument>>20, corpus.ErrTooLong)
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

func newXMLReader(r io.Reader, name string, o Options) *xmlReader {
	buffer := bufio.NewReaderSize(r, 64<<10)
	if head, _ := buffer.Peek(len(bom)); string(head) == bom {
		_, _ = buffer.Discard(len(bom))
	}
	x := &xmlReader{source: limited{buffer, maxDocument}, name: name, element: o.Element, lost: make(Counts)}
	if x.element == "" {
		head, _ := buffer.Peek(buffer.Size())
		x.depth, _, _ = xmlShape(head)
	}
	x.dec = xml.NewDecoder(&x.source)
	x.dec.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errUTF8 }
	return x
}

// Format implements [Reader].
func (x *xmlReader) Format() Format { return XML }

// Lost implements [Reader].
func (x *xmlReader) Lost() Counts { return x.lost }

// Read implements [Reader].
func (x *xmlReader) Read(d *Document) error {
	d.reset(x.name, 0)
	x.source.left = maxDocument
	x.text, x.folded = x.text[:0], false
	err := x.document(d)
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	d.reset(x.name, 0)
	line, _ := x.dec.InputPos()
	if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
		line, err = e.Line, fmt.Errorf("the XML is not valid: %s", e.Msg)
	}
	return &corpus.ParseError{File: x.name, Line: line, Err: err}
}

// document reads up to the end of the next document.
func (x *xmlReader) document(d *Document) error {
	inside := false
	for {
		token, err := x.dec.RawToken()
		if errors.Is(err, io.EOF) && len(x.open) > 0 {
			last := x.open[len(x.open)-1]
			return fmt.Errorf("found the end of the file, expected </%s> for line %d", last.name, last.line)
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			inside = x.start(d, t, inside)
		case xml.EndElement:
			ended, err := x.end(d, xmlName(t.Name), inside)
			if ended || err != nil {
				return err
			}
		case xml.CharData:
			switch {
			case inside:
				x.add(t)
			case len(bytes.TrimSpace(t)) == 0:
			case len(x.open) == 0:
				return fmt.Errorf("found the text %.60q outside of all elements, expected a start tag", bytes.TrimSpace(t))
			default:
				x.lost["texts outside of documents"]++
			}
		case xml.Comment:
			x.lost["comments"]++
		case xml.ProcInst:
			if t.Target != "xml" {
				x.lost["processing instructions"]++
			}
		}
	}
}

// start opens an element. It reports whether the reader is inside a document.
func (x *xmlReader) start(d *Document, t xml.StartElement, inside bool) bool {
	e := xmlElement{name: xmlName(t.Name), span: -1}
	e.line, _ = x.dec.InputPos()
	if n := len(x.open); n > 0 {
		e.preserve = x.open[n-1].preserve
	}
	for _, a := range t.Attr {
		if xmlName(a.Name) == "xml:space" {
			e.preserve = a.Value == "preserve"
		}
	}
	starts := !inside && (e.name == x.element || x.element == "" && len(x.open) == x.depth)
	switch {
	case starts:
		d.Line = e.line
		d.ID = x.attributes(t.Attr, func(key, value string) {
			quoted, _ := json.Marshal(value) // strings do not fail
			d.keep(Field{key, quoted})
		})
	case inside:
		e.span = len(d.Spans)
		id := x.attributes(t.Attr, func(string, string) { x.lost["attributes of spans"]++ })
		d.Spans = append(d.Spans, Span{Start: len(x.text), Label: e.name, ID: id, Line: e.line})
	}
	x.open = append(x.open, e)
	return inside || starts
}

// attributes returns the ID and passes on all other attributes but xml:space.
func (x *xmlReader) attributes(list []xml.Attr, other func(key, value string)) (id string) {
	for _, a := range list {
		switch key := xmlName(a.Name); {
		case key == "xml:space":
		case (key == "id" || key == "xml:id") && id == "":
			id = a.Value
		default:
			other(key, a.Value)
		}
	}
	return id
}

// end closes an element. It reports whether this was the document.
func (x *xmlReader) end(d *Document, name string, inside bool) (bool, error) {
	n := len(x.open) - 1
	if n < 0 {
		return false, fmt.Errorf("found </%s>, expected a start tag", name)
	}
	e := x.open[n]
	if e.name != name {
		return false, fmt.Errorf("found </%s>, expected </%s> for line %d", name, e.name, e.line)
	}
	x.open = x.open[:n]
	if e.span >= 0 {
		d.Spans[e.span].End = len(x.text)
		return false, nil
	}
	if !inside {
		return false, nil
	}
	if x.folded {
		x.text = x.text[:len(x.text)-1]
		for k, s := range d.Spans {
			d.Spans[k].Start, d.Spans[k].End = min(s.Start, len(x.text)), min(s.End, len(x.text))
		}
	}
	d.Text = string(x.text)
	return true, nil
}

// add appends text. White space with a line end becomes a space, or nothing beside white space and
// at the start, unless xml:space preserves it.
func (x *xmlReader) add(text []byte) {
	if x.open[len(x.open)-1].preserve {
		x.text = append(x.text, text...)
		x.folded = x.folded && len(text) == 0
		return
	}
	for len(text) > 0 {
		word := bytes.IndexFunc(text, isXMLSpace)
		if word != 0 {
			if word < 0 {
				word = len(text)
			}
			x.text, x.folded, text = append(x.text, text[:word]...), false, text[word:]
			continue
		}
		run := len(text) - len(bytes.TrimLeftFunc(text, isXMLSpace))
		switch {
		case bytes.IndexByte(text[:run], '\n') < 0:
			x.text, x.folded = append(x.text, text[:run]...), false
		case len(x.text) > 0 && !isXMLSpace(rune(x.text[len(x.text)-1])):
			x.text, x.folded = append(x.text, ' '), true
		}
		text = text[run:]
	}
}

func isXMLSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

// xmlName returns a name with its prefix.
func xmlName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// xmlShape looks at the start of an input. It returns the depth of documents: 0 if the root is one,
// 1 if its children are. The input is inline XML if an element inside the root has ended. It is not
// sure if more may show this.
func xmlShape(head []byte) (depth int, inline, sure bool) {
	dec := xml.NewDecoder(bytes.NewReader(head))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	level, decided := 0, false
	decide := func(d int) {
		if !decided {
			depth, decided = d, true
		}
	}
	for !decided || !inline {
		token, err := dec.RawToken()
		if err != nil {
			decide(1) // a long list of children
			return depth, inline, len(head) > 0 && !cutShort(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			level++
			if level == 1 && xmlName(t.Name) == xmlRoot || level == 3 {
				decide(1)
			}
		case xml.EndElement:
			inline = inline || level > 1
			if level--; level <= 0 {
				decide(0)
				return depth, inline, true
			}
		case xml.CharData:
			switch blank := len(bytes.TrimSpace(t)) == 0; {
			case !blank && level == 0:
				return 0, false, true
			case !blank && level == 1:
				decide(0)
			}
		}
	}
	return depth, inline, true
}

// cutShort reports whether an error may be the end of the part of the input that was looked at.
func cutShort(err error) bool {
	e, ok := errors.AsType[*xml.SyntaxError](err)
	return errors.Is(err, io.EOF) || ok && e.Msg == "unexpected EOF"
}

// An xmlWriter writes inline XML: one document a line.
type xmlWriter struct {
	output
	element string
	names   map[string]bool // which names XML allows
}

func newXMLWriter(w io.Writer, o Options) *xmlWriter {
	x := &xmlWriter{output: output{w: w}, element: o.Element, names: make(map[string]bool)}
	if x.element == "" {
		x.element = xmlDocument
	}
	return x
}

// Write implements [Writer].
func (x *xmlWriter) Write(d *Document) error { return x.write(d, x.document) }

// Close implements [Writer].
func (x *xmlWriter) Close() error {
	x.buf.Reset()
	x.begin()
	fmt.Fprintf(&x.buf, "</%s>\n", xmlRoot)
	_, err := x.w.Write(x.buf.Bytes())
	return err
}

// begin writes what stands before the first document.
func (x *xmlWriter) begin() {
	if x.written == 0 {
		fmt.Fprintf(&x.buf, "%s<%s xml:space=\"preserve\">\n", xml.Header, xmlRoot)
	}
}

func (x *xmlWriter) document(d *Document) error {
	if err := x.check(d); err != nil {
		return err
	}
	x.begin()
	x.buf.WriteString("<" + x.element)
	x.attribute("id", d.ID)
	written := []string{"id", "xml:id", "xml:space"}
	for _, f := range d.Extra {
		if value, ok := unquote(f.Value); ok && !slices.Contains(written, f.Key) && x.allowed(f.Key) && isXMLText(value) {
			written = append(written, f.Key)
			x.attribute(f.Key, value)
		}
	}
	x.buf.WriteByte('>')
	if err := x.spans(d); err != nil {
		return err
	}
	fmt.Fprintf(&x.buf, "</%s>\n", x.element)
	return nil
}

// check returns an error for what XML cannot express, but for spans that cross.
func (x *xmlWriter) check(d *Document) error {
	switch {
	case !x.allowed(x.element):
		return fmt.Errorf("%w: the element %q is not a name of XML", corpus.ErrUnwritable, x.element)
	case !isXMLText(d.Text) || !isXMLText(d.ID):
		return fmt.Errorf("%w: text or ID has control characters, or is not UTF-8; XML has no such characters", corpus.ErrUnwritable)
	}
	for k, s := range d.Spans {
		switch {
		case s.Start < 0 || s.End < s.Start || s.End > len(d.Text):
			return fmt.Errorf("span %d: %w: found %d to %d in a text of %d bytes", k+1, ErrOffset, s.Start, s.End, len(d.Text))
		case s.Start < len(d.Text) && !utf8.RuneStart(d.Text[s.Start]) || s.End < len(d.Text) && !utf8.RuneStart(d.Text[s.End]):
			return fmt.Errorf("span %d: %w: %d or %d is inside a character", k+1, ErrOffset, s.Start, s.End)
		case !x.allowed(s.Label):
			return fmt.Errorf("span %d: %w: the label %q is not a name of XML", k+1, corpus.ErrUnwritable, s.Label)
		case !isXMLText(s.ID):
			return fmt.Errorf("span %d: %w: the ID %q has characters that XML has not", k+1, corpus.ErrUnwritable, s.ID)
		}
	}
	return nil
}

// spans writes the text with an element for each span, the longer ones outside.
func (x *xmlWriter) spans(d *Document) error {
	order := make([]int, len(d.Spans))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		s, t := d.Spans[a], d.Spans[b]
		if s.Start != t.Start {
			return s.Start - t.Start
		}
		return t.End - s.End
	})
	at := 0
	var open []int
	closeUntil := func(place int) {
		for len(open) > 0 && d.Spans[open[len(open)-1]].End <= place {
			s := d.Spans[open[len(open)-1]]
			x.escape(d.Text[at:s.End])
			fmt.Fprintf(&x.buf, "</%s>", s.Label)
			at, open = s.End, open[:len(open)-1]
		}
	}
	for _, k := range order {
		s := d.Spans[k]
		closeUntil(s.Start)
		if n := len(open); n > 0 && d.Spans[open[n-1]].End < s.End {
			return fmt.Errorf("%w: spans %d and %d cross; elements of XML can only nest", corpus.ErrUnwritable, open[n-1]+1, k+1)
		}
		x.escape(d.Text[at:s.Start])
		at = s.Start
		x.buf.WriteString("<" + s.Label)
		x.attribute("id", s.ID)
		x.buf.WriteByte('>')
		open = append(open, k)
	}
	closeUntil(len(d.Text))
	x.escape(d.Text[at:])
	return nil
}

// attribute writes an attribute, unless it is empty.
func (x *xmlWriter) attribute(name, value string) {
	if value == "" {
		return
	}
	fmt.Fprintf(&x.buf, " %s=\"", name)
	_ = xml.EscapeText(&x.buf, []byte(value)) // a buffer does not fail
	x.buf.WriteByte('"')
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

func (x *xmlWriter) escape(text string) { _, _ = xmlEscaper.WriteString(&x.buf, text) }

// allowed reports whether XML allows the name.
func (x *xmlWriter) allowed(name string) bool {
	ok, known := x.names[name]
	if !known {
		token, err := xml.NewDecoder(strings.NewReader("<" + name + "/>")).RawToken()
		start, isStart := token.(xml.StartElement)
		ok = err == nil && isStart && xmlName(start.Name) == name
		x.names[name] = ok
	}
	return ok
}

// isXMLText reports whether XML has all characters of a text.
func isXMLText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r < ' ' && !isXMLSpace(r) || r == 0xFFFE || r == 0xFFFF
	})
}

package standoff

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus"
)

const (
	bratText        = ".txt"
	bratAnnotations = ".ann"
)

// bratLost names the annotations of brat that are no spans, by the first letter of their line.
var bratLost = map[byte]string{'R': "relations", 'E': "events", 'A': "attributes", 'M': "attributes", 'N': "normalizations",
	'#': "notes", '*': "equivalences"}

// A bratReader reads pairs of files.
type bratReader struct {
	files   fs.FS
	unit    Unit
	names   []string // of the texts that are left, without extension
	lost    Counts
	offsets Offsets
}

// NewBratReader returns a reader of the pairs of files below a folder, in the order of their names:
// a text "name.txt" and its annotations "name.ann". The ID of a document is the name. A text
// without annotations is counted and skipped. Annotations without a text are an error.
//
// Lines T1, T2 and so on are spans. Discontinuous spans, relations, events, attributes,
// normalizations, equivalences and notes are counted, see [Reader].
func NewBratReader(files fs.FS, o Options) (Reader, error) {
	o.Format = Brat
	r := &bratReader{files: files, unit: o.unit(), lost: make(Counts)}
	var texts, annotations []string
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if name, ok := strings.CutSuffix(path, bratText); ok {
			texts = append(texts, name)
		} else if name, ok := strings.CutSuffix(path, bratAnnotations); ok {
			annotations = append(annotations, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(texts)
	for _, name := range annotations {
		if _, ok := slices.BinarySearch(texts, name); !ok {
			return nil, fmt.Errorf("%s%s: no text %s%s beside it", name, bratAnnotations, name, bratText)
		}
	}
	slices.Sort(annotations)
	if n := len(texts) - len(annotations); n > 0 {
		r.lost["texts without annotations"] = n
	}
	r.names = annotations
	return keeping(r, o.Labels), nil
}

// Format implements [Reader].
func (r *bratReader) Format() Format { return Brat }

// Lost implements [Reader].
func (r *bratReader) Lost() Counts { return r.lost }

// Read implements [Reader].
func (r *bratReader) Read(d *Document) error {
	d.reset("", 0)
	if len(r.names) == 0 {
		return io.EOF
	}
	name := r.names[0]
	content, err := r.file(name + bratText)
	if err != nil {
		return err
	}
	list, err := r.file(name + bratAnnotations)
	if err != nil {
		return err
	}
	d.reset(name+bratAnnotations, 1)
	d.ID, d.Text = name, content
	r.offsets.Reset(d.Text, r.unit)
	line := 0
	for row := range strings.Lines(list) {
		line++
		row = strings.TrimRight(row, "\r\n")
		if line == 1 {
			row = strings.TrimPrefix(row, bom)
		}
		if err := r.annotation(d, row, line); err != nil {
			file := d.File
			d.reset("", 0)
			return &corpus.ParseError{File: file, Line: line, Err: err}
		}
	}
	r.names = r.names[1:]
	return nil
}

// file returns the content of a file.
func (r *bratReader) file(name string) (string, error) {
	f, err := r.files.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", name, err)
	case len(content) > maxDocument:
		return "", fmt.Errorf("%s: file of more than %d MiB: %w", name, maxDocument>>20, corpus.ErrTooLong)
	case !utf8.Valid(content):
		return "", fmt.Errorf("%s: %w", name, errUTF8)
	}
	return string(content), nil
}

// annotation reads a line of annotations.
func (r *bratReader) annotation(d *Document, row string, line int) error {
	if strings.TrimSpace(row) == "" {
		return nil
	}
	if what := bratLost[row[0]]; what != "" {
		r.lost[what]++
		return nil
	}
	const want = `expected an annotation such as "T1<tab>Label 0 5<tab>text"`
	if row[0] != 'T' {
		return fmt.Errorf("found %.60q, %s", row, want)
	}
	name, rest, _ := strings.Cut(row, "\t")
	head, quoted, hasText := strings.Cut(rest, "\t")
	label, places, _ := strings.Cut(head, " ")
	if strings.Contains(places, ";") {
		r.lost["discontinuous spans"]++
		return nil
	}
	first, second, _ := strings.Cut(places, " ")
	from, err := strconv.Atoi(first)
	to, err2 := strconv.Atoi(second)
	if label == "" || err != nil || err2 != nil {
		return fmt.Errorf("found %.60q, %s", row, want)
	}
	s := Span{Label: label, ID: name, Line: line}
	if s.Start, err = r.offsets.Byte(from); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if s.End, err = r.offsets.Byte(to); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	if s.End < s.Start {
		return fmt.Errorf("%w: end %d is before start %d", ErrOffset, to, from)
	}
	if covered := d.Covered(s); hasText && onOneLine(quoted) != onOneLine(covered) {
		return fmt.Errorf("%w: found %.60q at its offsets, expected its text %.60q", ErrOffset, covered, quoted)
	}
	d.Spans = append(d.Spans, s)
	return nil
}

// onOneLine writes line ends as spaces, as brat does in its annotations.
func onOneLine(s string) string {
	return strings.NewReplacer("\r\n", "  ", "\n", " ", "\r", " ").Replace(s)
}

// A bratWriter writes pairs of files.
type bratWriter struct {
	create  func(name string) (io.WriteCloser, error)
	unit    Unit
	offsets Offsets
	names   map[string]bool
}

// NewBratWriter returns a writer of pairs of files: "name.txt" and "name.ann", where the name is
// the ID of the document, or its number for a document without ID. Create opens a file to write. An
// ID may have slashes, but it must be a path that stays below the folder.
func NewBratWriter(create func(name string) (io.WriteCloser, error), o Options) Writer {
	o.Format = Brat
	return &bratWriter{create: create, unit: o.unit(), names: make(map[string]bool)}
}

var bratID = regexp.MustCompile(`^T[0-9]+$`)

// Write implements [Writer].
func (w *bratWriter) Write(d *Document) error {
	name := d.ID
	if name == "" {
		name = strconv.Itoa(len(w.names) + 1)
	}
	switch {
	case !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\:\x00"):
		return fmt.Errorf("document %q: %w: its ID is not the name of a file", name, corpus.ErrUnwritable)
	case w.names[name]:
		return fmt.Errorf("document %s: %w: another document has this ID", name, corpus.ErrUnwritable)
	case !utf8.ValidString(d.Text):
		return fmt.Errorf("document %s: %w: the text is not UTF-8", name, corpus.ErrUnwritable)
	}
	w.names[name] = true
	list, err := w.annotations(d)
	if err != nil {
		return fmt.Errorf("document %s: %w", name, err)
	}
	if err := w.file(name+bratText, d.Text); err != nil {
		return err
	}
	return w.file(name+bratAnnotations, list)
}

// Close implements [Writer].
func (w *bratWriter) Close() error { return nil }

func (w *bratWriter) file(name, content string) error {
	f, err := w.create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, content)
	return errors.Join(err, f.Close())
}

func (w *bratWriter) annotations(d *Document) (string, error) {
	w.offsets.Reset(d.Text, w.unit)
	used, written := make(map[string]bool), make(map[string]bool)
	for _, s := range d.Spans {
		used[s.ID] = true
	}
	var b strings.Builder
	number := 0
	for k, s := range d.Spans {
		start, err := w.offsets.Of(s.Start)
		if err != nil {
			return "", fmt.Errorf("span %d: %w", k+1, err)
		}
		end, err := w.offsets.Of(s.End)
		if err != nil {
			return "", fmt.Errorf("span %d: %w", k+1, err)
		}
		if end < start {
			return "", fmt.Errorf("span %d: %w: end %d is before start %d", k+1, ErrOffset, s.End, s.Start)
		}
		if s.Label == "" || strings.ContainsFunc(s.Label, unicode.IsSpace) {
			return "", fmt.Errorf("span %d: %w: brat needs a label without white space, found %q", k+1, corpus.ErrUnwritable, s.Label)
		}
		id := s.ID
		if !bratID.MatchString(id) || written[id] {
			for number++; used["T"+strconv.Itoa(number)]; number++ {
			}
			id = "T" + strconv.Itoa(number)
		}
		written[id] = true
		fmt.Fprintf(&b, "%s\t%s %d %d\t%s\n", id, s.Label, start, end, onOneLine(d.Covered(s)))
	}
	return b.String(), nil
}

package bulk

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/model"
)

// FileOptions are the options of [TagFiles].
type FileOptions struct {
	// Dir is the folder of the output. It is created if it is missing. An output has the name of
	// its input, below Dir as the input is below its folder.
	Dir string
	// Suffix replaces .gz and .zst at the end of the names of outputs, or is added to names without
	// them. An output whose name ends in .gz or .zst is compressed. "" means the name of the input.
	Suffix string
	// Shard, from 0, is the share of the inputs to tag, of Shards. All shards must see the same
	// inputs with the same sizes. Shards 0 means all inputs.
	Shard, Shards int
	// Resume skips inputs whose output exists. Without it, TagFiles refuses to start if one exists.
	Resume bool
	// Version names what the output depends on beside the input, such as the fingerprint of the
	// model and its options. The manifest has it. Resuming with another version is an error.
	Version string
	// Tag labels a file and writes its output.
	Tag func(ctx context.Context, w io.Writer, path string) error
	// Failed receives the error of each input that cannot be tagged, but not an error that ends
	// TagFiles. It may be nil.
	Failed func(err error)
}

// A Manifest describes the outputs of a shard.
type Manifest struct {
	Version string    `json:"version"`
	Shard   int       `json:"shard"`
	Shards  int       `json:"shards"`
	Lines   int64     `json:"lines"` // of all outputs
	Bytes   int64     `json:"bytes"` // of all outputs
	Files   []File    `json:"files"`
	Failed  []Failure `json:"failed"`
	Skipped int       `json:"-"` // how many of Files existed
}

// A File is an input with its output. Counts and checksum are those of the output before
// compression.
type File struct {
	Input  string `json:"input"`
	Size   int64  `json:"size"` // of the input as it is stored
	Output string `json:"output"`
	Lines  int64  `json:"lines"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// A fileRecord describes an output, so that a later run can skip it.
type fileRecord struct {
	Version string `json:"version"`
	File
}

// A Failure is an input without an output.
type Failure struct {
	Input string `json:"input"`
	Error string `json:"error"`
}

// Errors of [TagFiles], for errors.Is.
var (
	// ErrRetry means that the same call with Resume may finish the work: it was interrupted, or the
	// system was short of space, memory or files.
	ErrRetry = errors.New("not finished; run again to resume")
	// ErrInputs means that some inputs cannot be tagged. All others are done.
	ErrInputs = errors.New("inputs failed")
)

// manifests is the folder of the manifests, below Dir.
const manifests = "_manifest"

// TagFiles tags each file of a shard into a file of its own. Inputs are files and folders. In
// folders, files whose names start with a dot or an underscore are left out.
//
// An output appears under its name only when it is complete. So an output that exists is done, and
// several machines may share Dir. Each shard has a manifest, in the folder _manifest of Dir.
// Processes with the same shard do the same work twice, without harm.
//
// An input that cannot be tagged does not keep others from being tagged. At the end, the error then
// wraps [ErrInputs]. Errors that may pass wrap [ErrRetry] and end TagFiles. The manifest is
// complete up to there.
func TagFiles(ctx context.Context, inputs []string, o FileOptions) (*Manifest, error) {
	o.Shards = max(o.Shards, 1)
	if o.Shard < 0 || o.Shard >= o.Shards {
		return nil, model.Refuse("shard", "{shard} %d/%d: want a number from 0 to %d", o.Shard, o.Shards, o.Shards-1)
	}
	if o.Dir == "" {
		return nil, model.Refuse("out", "{out}: want the name of a folder")
	}
	if strings.ContainsRune(o.Suffix, filepath.Separator) {
		return nil, model.Refuse("suffix", "{suffix} %s: want the end of a name, without %c", o.Suffix, filepath.Separator)
	}
	list, err := o.list(inputs)
	if err != nil {
		return nil, err
	}
	list = share(list, o.Shard, o.Shards)
	if !o.Resume {
		for _, f := range list {
			if _, err := os.Stat(f.Output); !errors.Is(err, fs.ErrNotExist) {
				return nil, cmp.Or(err, fmt.Errorf("%s: the output exists; resume, or choose another folder", f.Output))
			}
		}
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, manifests), 0o777); err != nil {
		return nil, asRetry(err)
	}
	m := &Manifest{Version: o.Version, Shard: o.Shard, Shards: o.Shards, Files: []File{}, Failed: []Failure{}}
	for _, f := range list {
		skipped, failed := o.file(ctx, &f)
		if err = asRetry(failed); err == nil {
			m.Files, m.Lines, m.Bytes = append(m.Files, f), m.Lines+f.Lines, m.Bytes+f.Bytes
			if skipped {
				m.Skipped++
			}
			continue
		}
		m.Failed = append(m.Failed, Failure{f.Input, err.Error()})
		if errors.Is(err, ErrRetry) || errors.Is(err, model.ErrChanged) {
			break
		}
		if o.Failed != nil {
			o.Failed(err)
		}
		err = nil
	}
	name := fmt.Sprintf("shard-%d-of-%d.json", o.Shard, o.Shards)
	if failed := writeJSON(filepath.Join(o.Dir, manifests, name), m); failed != nil {
		err = cmp.Or(err, asRetry(failed))
	}
	if err == nil && len(m.Failed) > 0 {
		err = fmt.Errorf("%d of %d %w", len(m.Failed), len(list), ErrInputs)
	}
	return m, err
}

// ParseShard reads a shard and the number of shards, such as 0/8.
func ParseShard(s string) (shard, shards int, err error) {
	first, second, _ := strings.Cut(s, "/")
	shard, err = strconv.Atoi(first)
	if err == nil {
		shards, err = strconv.Atoi(second)
	}
	if err != nil || shard < 0 || shard >= shards {
		return 0, 0, fmt.Errorf("found %q, expected I/N with I from 0 to N-1, such as 0/8", s)
	}
	return shard, shards, nil
}

// list returns the inputs with their outputs, in the order of the outputs.
func (o *FileOptions) list(inputs []string) ([]File, error) {
	var list []File
	add := func(path, name string, info fs.FileInfo) error {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: expected a file or folder", path)
		}
		f := File{Input: path, Size: info.Size(), Output: o.output(name)}
		list = append(list, f)
		return safefile.Distinct([]safefile.Use{{Name: "the output", Path: f.Output}}, []safefile.Use{{Name: path, Path: path}})
	}
	for _, in := range inputs {
		info, err := os.Stat(in)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if err := add(in, filepath.Base(in), info); err != nil {
				return nil, err
			}
			continue
		}
		if err := o.walk(in, add); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b File) int { return strings.Compare(a.Output, b.Output) })
	for k := 1; k < len(list); k++ {
		if list[k].Output == list[k-1].Output {
			return nil, fmt.Errorf("%s and %s have the same output %s; pass their folder instead", list[k-1].Input, list[k].Input, list[k].Output)
		}
	}
	return list, nil
}

// walk calls add for the files in a folder, with their names there.
func (o *FileOptions) walk(folder string, add func(path, name string, info fs.FileInfo) error) error {
	own, _ := os.Stat(o.Dir)                   // which need not exist
	root, err := filepath.EvalSymlinks(folder) // WalkDir would not follow a link
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		path = filepath.Join(folder, name)
		info, err := os.Stat(path)
		hidden := name != "." && strings.ContainsRune("._", rune(d.Name()[0]))
		switch {
		case hidden && d.IsDir():
			return fs.SkipDir
		case hidden:
			return nil
		case err != nil:
			return err
		case own != nil && os.SameFile(own, info):
			return fmt.Errorf("%s: the folder of the output is part of the input", path)
		case d.IsDir():
			return nil
		case info.IsDir():
			return fmt.Errorf("%s: is a link to a folder; pass that folder as an input, or hide the link", path)
		}
		return add(path, name, info)
	})
}

// output returns the path of the output of an input with a name.
func (o *FileOptions) output(name string) string {
	if o.Suffix != "" {
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst") + o.Suffix
	}
	return filepath.Join(o.Dir, name)
}

// share returns the files of a shard. The largest file goes to the shard that has the fewest bytes,
// and so on.
func share(list []File, shard, shards int) []File {
	order := slices.Clone(list)
	slices.SortStableFunc(order, func(a, b File) int { return cmp.Compare(b.Size, a.Size) })
	sizes := make([]int64, shards)
	chosen := map[string]bool{}
	for _, f := range order {
		least := 0
		for k, size := range sizes {
			if size < sizes[least] {
				least = k
			}
		}
		sizes[least] += f.Size + 1 // so that empty files spread, too
		chosen[f.Output] = least == shard
	}
	return slices.DeleteFunc(list, func(f File) bool { return !chosen[f.Output] })
}

// file tags a file, unless that is done.
func (o *FileOptions) file(ctx context.Context, f *File) (skipped bool, err error) {
	name, err := filepath.Rel(o.Dir, f.Output)
	if err != nil {
		return false, err
	}
	record := filepath.Join(o.Dir, manifests, "files", name+".json")
	if _, err := os.Stat(f.Output); err == nil {
		return true, o.skip(f, record)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for _, path := range []string{f.Output, record} {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return false, err
		}
	}
	return false, safefile.WriteContext(ctx, f.Output, func(w io.Writer) error {
		sum := counter{hash: sha256.New()}
		err := compress.To(f.Output, func(w io.Writer) error {
			sum.w = w
			return o.Tag(ctx, &sum, f.Input)
		})(w)
		if err != nil {
			return err
		}
		f.Lines, f.Bytes, f.SHA256 = sum.lines, sum.bytes, hex.EncodeToString(sum.hash.Sum(nil))
		return writeJSON(record, fileRecord{o.Version, *f}) // before the output appears
	})
}

// skip reads the record of an output that exists.
func (o *FileOptions) skip(f *File, record string) error {
	var old fileRecord
	data, err := os.ReadFile(record)
	if err == nil {
		err = json.Unmarshal(data, &old)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: the output exists, but its record does not: %w", f.Output, err)
	case old.Version != o.Version:
		return fmt.Errorf("%s: was written by version %q, expected %q; remove it to tag its input again", f.Output, old.Version, o.Version)
	case old.Size != f.Size:
		return fmt.Errorf("%s: its input had %d bytes, and has %d now; remove it to tag its input again", f.Output, old.Size, f.Size)
	}
	f.Lines, f.Bytes, f.SHA256 = old.Lines, old.Bytes, old.SHA256
	return nil
}

// A counter counts and hashes what it writes.
type counter struct {
	w            io.Writer
	hash         hash.Hash
	lines, bytes int64
}

// Write implements [io.Writer].
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.hash.Write(p[:n])
	c.bytes += int64(n)
	c.lines += int64(bytes.Count(p[:n], []byte{'\n'}))
	return n, err
}

// writeJSON writes a value to a file, all or nothing.
func writeJSON(path string, value any) error {
	return safefile.Write(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(value)
	})
}

// passing are errors of the system that may pass.
var passing = []error{
	context.Canceled, context.DeadlineExceeded, syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE,
	syscall.EAGAIN, syscall.EBUSY, syscall.ESTALE, syscall.ETIMEDOUT, syscall.ECONNRESET, syscall.EINTR,
}

// asRetry wraps an error that may pass.
func asRetry(err error) error {
	if err != nil && slices.ContainsFunc(passing, func(e error) bool { return errors.Is(err, e) }) {
		return fmt.Errorf("%w: %w", ErrRetry, err)
	}
	return err
}

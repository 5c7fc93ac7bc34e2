package safefile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

func TestDistinct(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"a", "b"} {
		require.NoError(t, os.WriteFile(at(name), nil, 0o644))
	}
	require.NoError(t, os.Link(at("a"), at("hard")))
	require.NoError(t, os.Symlink("a", at("soft")))
	require.NoError(t, os.Symlink("new", at("dangling")))
	require.NoError(t, os.Symlink(dir, at("folder")))
	uses := func(names ...string) (list []safefile.Use) {
		for _, name := range names {
			path := name
			if name != "" && !filepath.IsAbs(name) {
				path = at(name)
			}
			list = append(list, safefile.Use{Name: "<" + name + ">", Path: path})
		}
		return list
	}
	for _, c := range []struct {
		out, in []string
		says    string
	}{
		{[]string{"a"}, []string{"b", "a"}, "<a> and <a> are the same file: the output would destroy the input"},
		{[]string{"b", "hard"}, []string{"a"}, "<hard> and <a> are the same file: the output would destroy the input"},
		{[]string{"soft"}, []string{"a"}, "<soft> and <a> are the same file: the output would destroy the input"},
		{[]string{"folder/a"}, []string{"soft"}, "<folder/a> and <soft> are the same file: the output would destroy the input"},
		{[]string{"a", "soft"}, nil, "<a> and <soft> are the same file: one would overwrite the other"},
		{[]string{"new", "folder/new"}, nil, "<new> and <folder/new> are the same file: one would overwrite the other"},
		{[]string{"dangling", "new"}, nil, "<dangling> and <new> are the same file: one would overwrite the other"},
		{[]string{"a", "new"}, []string{"b"}, ""},
		{[]string{"", "new"}, []string{"", "missing"}, ""},
		{[]string{os.DevNull, os.DevNull}, []string{os.DevNull}, ""},
		{[]string{"none/new"}, []string{"none/new"}, ""},
	} {
		err := safefile.Distinct(uses(c.out...), uses(c.in...))
		if c.says == "" {
			assert.NoError(t, err, "%q %q", c.out, c.in)
		} else {
			assert.EqualError(t, err, c.says)
		}
	}
	info, err := os.Stat(at("a"))
	require.NoError(t, err)
	err = safefile.Distinct(uses("soft"), []safefile.Use{{Name: "standard input", Info: info}})
	assert.EqualError(t, err, "<soft> and standard input are the same file: the output would destroy the input")
}

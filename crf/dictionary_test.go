package crf

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDictionary(t *testing.T) {
	d := newDictionary()
	assert.Equal(t, int32(-1), d.lookup([]byte("a"), false))
	var want []string
	for k := range 1000 {
		name := fmt.Sprint("name", k*k)
		assert.Equal(t, int32(k), d.lookup([]byte(name), true))
		want = append(want, name)
	}
	for k, name := range want {
		assert.Equal(t, int32(k), d.lookup([]byte(name), k%2 == 0))
		assert.Equal(t, name, string(d.name(int32(k))))
	}
	assert.Equal(t, int32(-1), d.lookup([]byte("name"), false))
	assert.Equal(t, want, d.names())
}

// Two names with the same fingerprint remain two names. The test makes the fingerprints collide.
func TestDictionaryOfCollisions(t *testing.T) {
	d := newDictionary()
	d.lookup([]byte("first"), true)
	for _, name := range []string{"second", "third"} {
		d.table.Insert(d.hasher.OfString(name), 0)
	}
	assert.Equal(t, int32(-1), d.lookup([]byte("second"), false))
	assert.Equal(t, int32(1), d.lookup([]byte("second"), true))
	assert.Equal(t, int32(2), d.lookup([]byte("third"), true))
	assert.Equal(t, int32(0), d.lookup([]byte("first"), true))
	assert.Equal(t, int32(1), d.lookup([]byte("second"), true))
	assert.Equal(t, int32(2), d.lookup([]byte("third"), false))
	assert.Equal(t, []string{"first", "second", "third"}, d.names())
}

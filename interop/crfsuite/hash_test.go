package crfsuite

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLookup3(t *testing.T) {
	for key, want := range map[string]uint32{
		"": 0xdeadbeef, "Four score and seven years ago": 0x17770551,
		"O\x00": 0xc87780e6, "B\x00": 0xcb6d5cb5, "w=c\x00": 0x7ee7decc,
	} {
		assert.Equal(t, want, lookup3([]byte(key)), "%q", key)
	}
}

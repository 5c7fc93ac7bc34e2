package learning

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCounts(t *testing.T) {
	var c counts
	assert.Zero(t, c.Outside())
	assert.Zero(t, c.Rare())
	c.tally([]string{"O", "B-PER", "O"})
	c.tally([]string{"O"})
	for _, word := range []string{"in", "Oslo", "in", "May"} {
		c.see(word)
	}
	assert.InDelta(t, 0.75, c.Outside(), 0)
	assert.InDelta(t, 0.5, c.Rare(), 0, "Oslo and May")
}

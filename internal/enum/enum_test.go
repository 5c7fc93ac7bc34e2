package enum

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

type color int

var colors = Names[color]{2: "blue", 0: "red", 1: "green"}

func TestNames(t *testing.T) {
	for k, name := range []string{"red", "green", "blue"} {
		assert.Equal(t, name, colors.String(color(k)))
		c, err := colors.Parse("color", name)
		assert.NoError(t, err)
		assert.Equal(t, color(k), c)
	}
	c, err := colors.Parse("color", "Blue")
	assert.NoError(t, err)
	assert.Equal(t, color(2), c)
	assert.Equal(t, "color(3)", colors.String(3))
	assert.Equal(t, "color(-1)", colors.String(-1))
	_, err = colors.Parse("color", "gray")
	assert.EqualError(t, err, `unknown color "gray": expected red, green or blue`)
}

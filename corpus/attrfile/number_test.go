package attrfile

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAtof(t *testing.T) {
	for _, c := range []struct {
		text  string
		v     float64
		whole bool
	}{
		{"1", 1, true}, {"-1.25", -1.25, true}, {"+.5", 0.5, true}, {"5.", 5, true}, {"1e3", 1000, true},
		{"1E-3", 0.001, true}, {" \v2", 2, true}, {"0x10", 16, true}, {"0X.8p1", 1, true}, {"-0x1p-2", -0.25, true},
		{"inf", math.Inf(1), true}, {"-INFINITY", math.Inf(-1), true}, {"1e400", math.Inf(1), true}, {"1e-400", 0, true},
		{"", 0, false}, {"x", 0, false}, {".", 0, false}, {"-", 0, false}, {"e5", 0, false}, {"+-1", 0, false},
		{"1e", 1, false}, {"1e+", 1, false}, {"1ex", 1, false}, {"1.2.3", 1.2, false}, {"0x", 0, false}, {"0xg", 0, false},
		{"0x.", 0, false}, {"0x1p", 1, false}, {"0x1e2", 482, true}, {"1_000", 1, false}, {"3 ", 3, false}, {"infx", math.Inf(1), false},
		{"１", 0, false},
	} {
		v, whole := atof([]byte(c.text))
		assert.Equal(t, c.v, v, c.text)
		assert.Equal(t, c.whole, whole, c.text)
	}
	v, whole := atof([]byte("-nan"))
	assert.True(t, math.IsNaN(v) && whole)
}

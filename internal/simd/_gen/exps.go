package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// expConstants are the constants of exp(d) = 2^k exp(r), where k is the integer nearest to d / ln
// 2, and r = d - k ln 2.
type expConstants struct {
	floor       operand.Mem // below this exp is 0; from here on 2^k is a normal number
	log2e       operand.Mem
	round       operand.Mem     // has no fraction bits, so adding it rounds to an integer
	ln2, rest   operand.Mem     // ln2 + rest = ln 2
	taylor      [14]operand.Mem // 1/n!: the remainder is below 1e-17 for |r| <= ln 2 / 2
	negInf, inf operand.Mem
}

func newExpConstants() *expConstants {
	c := &expConstants{
		floor:  everywhere("floor", -708),
		log2e:  everywhere("log2e", math.Log2E),
		round:  everywhere("round", 3<<51),
		ln2:    everywhere("ln2", 6.93147180369123816490e-01),
		rest:   everywhere("ln2_rest", 1.90821492927058770002e-10),
		negInf: everywhere("neg_inf", math.Inf(-1)),
		inf:    everywhere("pos_inf", math.Inf(1)),
	}
	f := 1.0
	for n := range c.taylor {
		f *= float64(max(n, 1))
		c.taylor[n] = everywhere(fmt.Sprintf("taylor%d", n), 1/f)
	}
	return c
}

// exp returns exp(d) for d of at most 709. It overwrites d.
func (c *expConstants) exp(d reg.VecVirtual) reg.VecVirtual {
	const atLeast = 13
	large, rounded, k := YMM(), load(c.round), YMM()
	VCMPPD(operand.U8(atLeast), c.floor, d, large)
	VMAXPD(c.floor, d, d)
	VFMADD231PD(c.log2e, d, rounded)
	VSUBPD(c.round, rounded, k)
	r := d
	VFNMADD231PD(c.ln2, k, r)
	VFNMADD231PD(c.rest, k, r)

	// Separate even and odd powers give two short dependency chains instead of a long one.
	r2 := YMM()
	VMULPD(r, r, r2)
	even, odd := load(c.taylor[12]), load(c.taylor[13])
	for n := 10; n >= 0; n -= 2 {
		VFMADD213PD(c.taylor[n+1], r2, odd)
		VFMADD213PD(c.taylor[n], r2, even)
	}
	VFMADD231PD(odd, r, even)
	VPSLLQ(operand.U8(52), rounded, rounded) // k, shifted to the exponent
	VPADDQ(rounded, even, even)
	VANDPD(large, even, even)
	return even
}

func exps() {
	c := newExpConstants()

	text("exp", "func(dst, x []float64, shift float64) (least float64)")
	w := newWalk("dst", "x")
	shift := broadcast("shift")
	w.start()
	least := load(c.inf)
	value := func(k int) reg.VecVirtual {
		d, forbidden, finite := load(w.at("x", k)), YMM(), YMM()
		VSUBPD(shift, d, d)
		VCMPPD(operand.U8(0), c.negInf, d, forbidden) // equal
		VBLENDVPD(forbidden, c.inf, d, finite)
		VMINPD(finite, least, least)
		return c.exp(d)
	}
	last := value(0)
	w.run(1, func(k int) { VMOVUPD(value(k), w.at("dst", k)) })
	VMOVUPD(last, at(w.base["dst"], w.bytes, -vector))
	m := reduce(minimum, []reg.VecVirtual{least})
	VZEROUPPER()
	Store(m.AsX(), ReturnIndex(0))
	RET()

	text("sumExp", "func(x []float64, shift float64) (sum float64)")
	w = newWalk("x")
	mask := lastLanes(w.rest())
	shift = broadcast("shift")
	w.start()
	value = func(k int) reg.VecVirtual {
		d := load(w.at("x", k))
		VSUBPD(shift, d, d)
		return c.exp(d)
	}
	sum := value(0)
	VANDPD(mask, sum, sum)
	w.run(1, func(k int) { VADDPD(value(k), sum, sum) })
	s := reduce(add, []reg.VecVirtual{sum})
	VZEROUPPER()
	Store(s.AsX(), ReturnIndex(0))
	RET()
}

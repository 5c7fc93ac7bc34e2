package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// walk iterates over slices of the same length.
type walk struct {
	base  map[string]reg.GPVirtual // of the slices
	bytes reg.GPVirtual            // their length
	index reg.GPVirtual
}

func newWalk(slices ...string) *walk {
	w := &walk{base: make(map[string]reg.GPVirtual), index: GP64()}
	for _, s := range slices {
		w.base[s] = Load(Param(s).Base(), GP64()).(reg.GPVirtual)
	}
	w.bytes = Load(Param(slices[0]).Len(), GP64()).(reg.GPVirtual)
	return w
}

// rest returns the length modulo lanes. Call it first, while w.bytes still counts numbers.
func (w *walk) rest() reg.GPVirtual {
	r := GP64()
	MOVQ(w.bytes, r)
	ANDQ(operand.U8(lanes-1), r)
	return r
}

// start converts the length to bytes and sets the index to the last vector.
func (w *walk) start() {
	SHLQ(operand.U8(3), w.bytes)
	LEAQ(operand.Mem{Base: w.bytes, Disp: -vector}, w.index)
}

func (w *walk) at(slice string, k int) operand.Mem {
	return at(w.base[slice], w.index, k*vector)
}

// run emits body for all whole vectors, unroll at a time while there are enough. k is the number of
// the vector within an iteration.
func (w *walk) run(unroll int, body func(k int)) {
	next := GP64()
	XORQ(w.index, w.index)
	for _, n := range []int{unroll, 1} {
		name := map[bool]string{true: "many", false: "one"}[n > 1]
		Label(name)
		LEAQ(operand.Mem{Base: w.index, Disp: n * vector}, next)
		CMPQ(next, w.bytes)
		JG(operand.LabelRef("after_" + name))
		for k := range n {
			body(k)
		}
		MOVQ(next, w.index)
		JMP(operand.LabelRef(name))
		Label("after_" + name)
		if unroll == 1 {
			return
		}
	}
}

// elementwise emits a kernel that writes f of each vector to dst. It computes the last vector
// before it writes dst, which may be a slice that f reads, and stores it after all others.
func elementwise(name, signature string, slices []string, prepare func(), f func(in func(string) operand.Mem) reg.VecVirtual) {
	text(name, signature)
	w := newWalk(append([]string{"dst"}, slices...)...)
	prepare()
	w.start()
	value := func(k int) reg.VecVirtual { return f(func(s string) operand.Mem { return w.at(s, k) }) }
	last := value(0)
	w.run(4, func(k int) { VMOVUPD(value(k), w.at("dst", k)) })
	VMOVUPD(last, at(w.base["dst"], w.bytes, -vector))
	end()
}

func rows() {
	var c reg.VecVirtual
	elementwise("axpy", "func(dst []float64, a float64, x []float64)", []string{"x"},
		func() { c = broadcast("a") },
		func(in func(string) operand.Mem) reg.VecVirtual {
			v := load(in("dst"))
			VFMADD231PD(in("x"), c, v)
			return v
		})
	elementwise("mul", "func(dst []float64, c float64, x, y []float64)", []string{"x", "y"},
		func() { c = broadcast("c") },
		func(in func(string) operand.Mem) reg.VecVirtual {
			v := YMM()
			VMULPD(in("x"), c, v)
			VMULPD(in("y"), v, v)
			return v
		})
	elementwise("mulAdd", "func(dst []float64, c float64, x, y []float64)", []string{"x", "y"},
		func() { c = broadcast("c") },
		func(in func(string) operand.Mem) reg.VecVirtual {
			v, sum := YMM(), load(in("dst"))
			VMULPD(in("x"), c, v)
			VFMADD231PD(in("y"), v, sum)
			return sum
		})
	elementwise("scale", "func(dst []float64, c float64, x []float64)", []string{"x"},
		func() { c = broadcast("c") },
		func(in func(string) operand.Mem) reg.VecVirtual {
			v := YMM()
			VMULPD(in("x"), c, v)
			return v
		})
	elementwise("maxPlusRow", "func(dst []float64, a float64, row []float64)", []string{"row"},
		func() { c = broadcast("a") },
		func(in func(string) operand.Mem) reg.VecVirtual {
			v := YMM()
			VADDPD(in("row"), c, v)
			VMAXPD(in("dst"), v, v) // dst if they are equal
			return v
		})
	dot()
	mulSum()
	largest()
}

func dot() {
	text("dot", "func(x, y []float64) float64")
	w := newWalk("x", "y")
	mask := lastLanes(w.rest())
	w.start()
	sum := zeros(4)
	v := load(w.at("x", 0))
	VANDPD(mask, v, v)
	VMULPD(w.at("y", 0), v, sum[3])
	w.run(4, func(k int) {
		v := load(w.at("x", k))
		VFMADD231PD(w.at("y", k), v, sum[k])
	})
	s := reduce(add, sum)
	VZEROUPPER()
	Store(s.AsX(), ReturnIndex(0))
	RET()
}

func mulSum() {
	text("mulSum", "func(dst, x, y []float64) (sum, least float64)")
	w := newWalk("dst", "x", "y")
	mask := lastLanes(w.rest())
	w.start()
	sum, least := zeros(4), make([]reg.VecVirtual, 2)
	last := load(w.at("x", 0))
	VMULPD(w.at("y", 0), last, last)
	VANDPD(mask, last, sum[3])
	for k := range least {
		least[k] = YMM()
		VMOVAPD(last, least[k])
	}
	w.run(4, func(k int) {
		v := load(w.at("x", k))
		VMULPD(w.at("y", k), v, v)
		VMOVUPD(v, w.at("dst", k))
		VADDPD(v, sum[k], sum[k])
		VMINPD(v, least[k%2], least[k%2])
	})
	VMOVUPD(last, at(w.base["dst"], w.bytes, -vector))
	s, m := reduce(add, sum), reduce(minimum, least)
	VZEROUPPER()
	Store(s.AsX(), ReturnIndex(0))
	Store(m.AsX(), ReturnIndex(1))
	RET()
}

func largest() {
	text("max", "func(x []float64) float64")
	w := newWalk("x")
	w.start()
	most := make([]reg.VecVirtual, 4)
	for k := range most {
		most[k] = load(w.at("x", 0))
	}
	w.run(4, func(k int) { VMAXPD(w.at("x", k), most[k], most[k]) })
	m := reduce(maximum, most)
	VZEROUPPER()
	Store(m.AsX(), ReturnIndex(0))
	RET()
}

func add(ops ...operand.Op)     { VADDPD(ops[0], ops[1], ops[2]) }
func minimum(ops ...operand.Op) { VMINPD(ops[0], ops[1], ops[2]) }
func maximum(ops ...operand.Op) { VMAXPD(ops[0], ops[1], ops[2]) }

// everywhere returns a constant with v in all lanes.
func everywhere(name string, v float64) operand.Mem {
	b := math.Float64bits(v)
	return table(name, b, b, b, b)
}

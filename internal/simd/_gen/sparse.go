package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func sparse() {
	gathered("gatherDot", false)
	gathered("gatherMax", true)
	pairDots()
}

// gathered emits the product of a sparse matrix, in groups of four lines, with a vector. The sums
// of a group stay in a register. With maxPlus, max replaces + and + replaces *.
func gathered(name string, maxPlus bool) {
	text(name, "func(dst, value, x []float64, index, first []int32)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	left := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	value := Load(Param("value").Base(), GP64()).(reg.GPVirtual)
	x := Load(Param("x").Base(), GP64()).(reg.GPVirtual)
	index := Load(Param("index").Base(), GP64()).(reg.GPVirtual)
	first := Load(Param("first").Base(), GP64()).(reg.GPVirtual)
	var none operand.Mem
	if maxPlus {
		none = everywhere("neg_inf", math.Inf(-1))
	}

	steps := GP64()
	Label("group")
	SUBQ(operand.U8(lanes), left)
	JL(operand.LabelRef("done"))
	MOVL(operand.Mem{Base: first, Disp: 4}, steps.As32())
	SUBL(operand.Mem{Base: first}, steps.As32())
	ADDQ(operand.U8(4), first)
	sum := YMM()
	if maxPlus {
		VMOVUPD(none, sum)
	} else {
		VXORPD(sum, sum, sum)
	}
	Label("step")
	SUBQ(operand.U8(1), steps)
	JL(operand.LabelRef("store"))
	lane := [lanes]reg.GPVirtual{GP64(), GP64(), GP64(), GP64()}
	for k, n := range lane {
		MOVL(operand.Mem{Base: index, Disp: 4 * k}, n.As32())
	}
	element := func(k int) operand.Mem { return operand.Mem{Base: x, Index: lane[k], Scale: 8} }
	low, high := YMM(), XMM()
	VMOVSD(element(0), low.AsX())
	VMOVHPD(element(1), low.AsX(), low.AsX())
	VMOVSD(element(2), high)
	VMOVHPD(element(3), high, high)
	VINSERTF128(operand.U8(1), high, low, low)
	if maxPlus {
		VADDPD(operand.Mem{Base: value}, low, low)
		VMAXPD(sum, low, sum) // the previous maximum if they are equal
	} else {
		VFMADD231PD(operand.Mem{Base: value}, low, sum)
	}
	ADDQ(operand.U8(4*lanes), index)
	ADDQ(operand.U8(vector), value)
	JMP(operand.LabelRef("step"))
	Label("store")
	VMOVUPD(sum, operand.Mem{Base: dst})
	ADDQ(operand.U8(vector), dst)
	JMP(operand.LabelRef("group"))
	Label("done")
	end()
}

// pairDots emits the dot products of rows of two matrices. Rows have whole vectors.
func pairDots() {
	text("pairDots", "func(dst, a, b []float64, first, to []int32, stride int)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	a := Load(Param("a").Base(), GP64()).(reg.GPVirtual)
	b := Load(Param("b").Base(), GP64()).(reg.GPVirtual)
	first := Load(Param("first").Base(), GP64()).(reg.GPVirtual)
	left := Load(Param("first").Len(), GP64()).(reg.GPVirtual)
	to := Load(Param("to").Base(), GP64()).(reg.GPVirtual)
	stride := Load(Param("stride"), GP64()).(reg.GPVirtual)
	SHLQ(operand.U8(3), stride)
	count, row, column := GP64(), GP64(), GP64()

	Label("line")
	SUBQ(operand.U8(1), left)
	JLE(operand.LabelRef("done"))
	MOVL(operand.Mem{Base: first, Disp: 4}, count.As32())
	SUBL(operand.Mem{Base: first}, count.As32())
	ADDQ(operand.U8(4), first)
	Label("pair")
	SUBQ(operand.U8(1), count)
	JL(operand.LabelRef("next"))
	MOVL(operand.Mem{Base: to}, row.As32())
	ADDQ(operand.U8(4), to)
	IMULQ(stride, row)
	ADDQ(b, row)
	MOVQ(stride, column)
	sum, odd := zero(), zero()
	Label("eight")
	SUBQ(operand.U8(2*vector), column)
	JL(operand.LabelRef("four"))
	u, v := load(at(a, column, 0)), load(at(a, column, vector))
	VFMADD231PD(at(row, column, 0), u, sum)
	VFMADD231PD(at(row, column, vector), v, odd)
	JMP(operand.LabelRef("eight"))
	Label("four")
	CMPQ(column, operand.I8(-vector))
	JNE(operand.LabelRef("store"))
	u = load(operand.Mem{Base: a})
	VFMADD231PD(operand.Mem{Base: row}, u, sum)
	Label("store")
	s := reduce(add, []reg.VecVirtual{sum, odd})
	VMOVSD(s.AsX(), operand.Mem{Base: dst})
	ADDQ(operand.U8(8), dst)
	JMP(operand.LabelRef("pair"))
	Label("next")
	ADDQ(stride, a)
	JMP(operand.LabelRef("line"))
	Label("done")
	end()
}

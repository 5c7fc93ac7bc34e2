package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scattered emits the kernels over rows of a matrix given by offsets, in strips of up to nine
// vectors of columns. Matrices of float32 are converted to float64 on the way. The values of the
// columns, sums or numbers to add, stay in registers for all rows. Only the last strip has a vector
// that overlaps another. The last strip has at least four columns, so that no number is added
// twice.
func scattered() {
	const widest = 9
	const whole = 8 // vectors of a strip before the last
	for _, name := range []string{"addRows", "addToRows", "addRows32"} {
		x, toRows, single := "dst", name == "addToRows", name == "addRows32"
		size := 8 // bytes per number of the matrix
		switch {
		case toRows:
			x = "x"
			text(name, "func(m []float64, offsets []uint32, c float64, x []float64)")
		case single:
			size = 4
			text(name, "func(dst []float64, m []float32, offsets []uint32)")
		default:
			text(name, "func(dst, m []float64, offsets []uint32)")
		}
		column := Load(Param(x).Base(), GP64()).(reg.GPVirtual)
		left := Load(Param(x).Len(), GP64()).(reg.GPVirtual)
		m := Load(Param("m").Base(), GP64()).(reg.GPVirtual)
		offset := Load(Param("offsets").Base(), GP64()).(reg.GPVirtual)
		stop := Load(Param("offsets").Len(), GP64()).(reg.GPVirtual)
		var c reg.VecVirtual
		if toRows {
			c = broadcast("c")
		}
		SHLQ(operand.U8(3), left)
		LEAQ(operand.Mem{Base: offset, Index: stop, Scale: 4}, stop)
		first, last, row := GP64(), GP64(), GP64()
		lastInRow := last
		if single {
			lastInRow = GP64()
		}
		MOVQ(offset, first)

		Label("strip")
		MOVQ(first, offset)
		LEAQ(operand.Mem{Base: left, Disp: -vector}, last) // the last vector of the strip
		for w := 1; w <= widest; w++ {
			end := w * vector
			if w == widest {
				end = whole*vector + vector - 8
			}
			CMPQ(left, operand.U32(uint32(end)))
			JLE(operand.LabelRef(fmt.Sprintf("strip%d", w)))
		}
		MOVQ(operand.U32((whole-1)*vector), last)
		JMP(operand.LabelRef(fmt.Sprintf("strip%d", whole)))

		for w := 1; w <= widest; w++ {
			Label(fmt.Sprintf("strip%d", w))
			where := func(base reg.GPVirtual, k int) operand.Mem {
				if k == w-1 {
					return at(base, last, 0)
				}
				return operand.Mem{Base: base, Disp: k * vector}
			}
			v := make([]reg.VecVirtual, w)
			for k := range v {
				v[k] = load(where(column, k))
				if toRows {
					VMULPD(c, v[k], v[k])
				}
			}
			if single {
				MOVQ(last, lastInRow)
				SHRQ(operand.U8(1), lastInRow)
			}
			Label(fmt.Sprintf("row%d", w))
			CMPQ(offset, stop)
			JGE(operand.LabelRef(fmt.Sprintf("done%d", w)))
			MOVL(operand.Mem{Base: offset}, row.As32())
			LEAQ(operand.Mem{Base: m, Index: row, Scale: uint8(size)}, row)
			ADDQ(operand.U8(4), offset)
			switch {
			case single:
				for k := range v {
					u := YMM()
					if k == w-1 {
						VCVTPS2PD(at(row, lastInRow, 0), u)
					} else {
						VCVTPS2PD(operand.Mem{Base: row, Disp: k * vector / 2}, u)
					}
					VADDPD(u, v[k], v[k])
				}
			case toRows:
				sum := YMM() // for the last vector, computed before the overlapped one is written
				VADDPD(where(row, w-1), v[w-1], sum)
				for k := range w - 1 {
					u := YMM()
					VADDPD(where(row, k), v[k], u)
					VMOVUPD(u, where(row, k))
				}
				VMOVUPD(sum, where(row, w-1))
			default:
				for k := range v {
					VADDPD(where(row, k), v[k], v[k])
				}
			}
			JMP(operand.LabelRef(fmt.Sprintf("row%d", w)))
			Label(fmt.Sprintf("done%d", w))
			if !toRows {
				for k := range v {
					VMOVUPD(v[k], where(column, k))
				}
			}
			if w == whole {
				ADDQ(operand.U32(whole*vector), column)
				ADDQ(operand.U32(whole*vector*size/8), m)
				SUBQ(operand.U32(whole*vector), left)
				JG(operand.LabelRef("strip"))
			}
			end()
		}
	}
}

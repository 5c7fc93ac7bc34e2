package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// masked emits the kernel that adds a row of whole vectors to rows of a matrix where their masks
// allow it. It works in strips of up to eight vectors, which stay in registers for all rows. A
// table expands a mask of four bits to a vector.
func masked() {
	const widest = 8
	text("addMasked", "func(m []float64, masks []uint8, offsets []uint32, x []float64)")
	column := Load(Param("x").Base(), GP64()).(reg.GPVirtual)
	left := Load(Param("x").Len(), GP64()).(reg.GPVirtual)
	m := Load(Param("m").Base(), GP64()).(reg.GPVirtual)
	masks := Load(Param("masks").Base(), GP64()).(reg.GPVirtual)
	first := Load(Param("offsets").Base(), GP64()).(reg.GPVirtual)
	stop := Load(Param("offsets").Len(), GP64()).(reg.GPVirtual)
	LEAQ(operand.Mem{Base: first, Index: stop, Scale: 4}, stop)
	var bits []uint64
	for n := range 16 {
		for lane := range lanes {
			bits = append(bits, -uint64(n>>lane&1))
		}
	}
	spread := GP64()
	LEAQ(table("masks", bits...), spread)
	SHRQ(operand.U8(2), left) // in vectors
	offset, row, bit := GP64(), GP64(), GP64()

	Label("strip")
	MOVQ(first, offset)
	for w := 1; w < widest; w++ {
		CMPQ(left, operand.U8(uint8(w)))
		JE(operand.LabelRef(fmt.Sprintf("strip%d", w)))
	}
	for w := widest; w > 0; w-- {
		Label(fmt.Sprintf("strip%d", w))
		v := make([]reg.VecVirtual, w)
		for k := range v {
			v[k] = load(operand.Mem{Base: column, Disp: k * vector})
		}
		Label(fmt.Sprintf("row%d", w))
		CMPQ(offset, stop)
		JGE(operand.LabelRef(fmt.Sprintf("done%d", w)))
		MOVL(operand.Mem{Base: offset}, row.As32())
		ADDQ(operand.U8(4), offset)
		mask := GP64()
		MOVQ(row, mask)
		SHRQ(operand.U8(2), mask)
		ADDQ(masks, mask)
		LEAQ(operand.Mem{Base: m, Index: row, Scale: 8}, row)
		for k := range v {
			u := YMM()
			MOVBLZX(operand.Mem{Base: mask, Disp: k}, bit.As32())
			SHLQ(operand.U8(5), bit)
			VANDPD(operand.Mem{Base: spread, Index: bit, Scale: 1}, v[k], u)
			VADDPD(operand.Mem{Base: row, Disp: k * vector}, u, u)
			VMOVUPD(u, operand.Mem{Base: row, Disp: k * vector})
		}
		JMP(operand.LabelRef(fmt.Sprintf("row%d", w)))
		Label(fmt.Sprintf("done%d", w))
		if w == widest {
			ADDQ(operand.U32(widest*vector), column)
			ADDQ(operand.U32(widest*vector), m)
			ADDQ(operand.U8(widest), masks)
			SUBQ(operand.U8(widest), left)
			JG(operand.LabelRef("strip"))
		}
		end()
	}
}

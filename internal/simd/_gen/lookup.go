package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// lookup emits the search for keys in lines of four key-value pairs. Iterations are independent and
// only the loop branches, so several lines load in parallel.
func lookup() {
	text("lookup", "func(dst, table []uint64, lines []uint32, keys []uint64)")
	dst := Load(Param("dst").Base(), GP64())
	table := Load(Param("table").Base(), GP64())
	lines := Load(Param("lines").Base(), GP64())
	keys := Load(Param("keys").Base(), GP64())
	left := Load(Param("keys").Len(), GP64())
	line, key, beyond, value := GP64(), GP64(), GP64(), GP64()
	Label("key")
	TESTQ(left, left)
	JE(operand.LabelRef("done"))
	MOVL(operand.Mem{Base: lines}, line.As32())
	SHLQ(operand.U8(6), line)
	ADDQ(table, line)
	k := YMM()
	VPBROADCASTQ(operand.Mem{Base: keys}, k)
	found := YMM()
	for half := range 2 {
		pairs, equal := YMM(), YMM()
		VMOVDQU(operand.Mem{Base: line, Disp: 32 * half}, pairs)
		VPCMPEQQ(pairs, k, equal)
		VPSHUFD(operand.U8(0x44), equal, equal) // copy the result for each key to its value
		if half == 0 {
			VPAND(pairs, equal, found)
		} else {
			VPAND(pairs, equal, equal)
			VPOR(equal, found, found)
		}
	}
	high := XMM()
	VEXTRACTI128(operand.U8(1), found, high)
	VPOR(high, found.AsX(), high)
	VPEXTRQ(operand.U8(1), high, value)
	MOVQ(operand.Mem{Base: keys}, key)
	XORL(beyond.As32(), beyond.As32())
	CMPQ(operand.Mem{Base: line, Disp: 48}, key)
	SETCS(beyond.As8())
	ORQ(beyond, value)
	MOVQ(value, operand.Mem{Base: dst})
	ADDQ(operand.U8(4), lines)
	ADDQ(operand.U8(8), keys)
	ADDQ(operand.U8(8), dst)
	DECQ(left)
	JMP(operand.LabelRef("key"))
	Label("done")
	VZEROUPPER()
	RET()
}

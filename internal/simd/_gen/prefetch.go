package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// prefetch emits the loop that asks the cache for lines of memory.
func prefetch() {
	text("prefetch", "func(base *byte, lines []uint32)")
	base := Load(Param("base"), GP64())
	line := Load(Param("lines").Base(), GP64())
	stop := Load(Param("lines").Len(), GP64())
	LEAQ(operand.Mem{Base: line, Index: stop, Scale: 4}, stop)
	at := GP64()
	Label("next")
	CMPQ(line, stop)
	JGE(operand.LabelRef("done"))
	MOVL(operand.Mem{Base: line}, at.As32())
	SHLQ(operand.U8(6), at)
	PREFETCHT0(operand.Mem{Base: base, Index: at, Scale: 1})
	ADDQ(operand.U8(4), line)
	JMP(operand.LabelRef("next"))
	Label("done")
	RET()
}

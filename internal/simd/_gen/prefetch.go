package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

func prefetch() {
	text("prefetch", "func(base *byte, size int, at []uint32)")
	base := Load(Param("base"), GP64())
	size := Load(Param("size"), GP64())
	from := Load(Param("at").Base(), GP64())
	stop := Load(Param("at").Len(), GP64())
	LEAQ(operand.Mem{Base: from, Index: stop, Scale: 4}, stop)
	at := GP64()
	Label("next")
	CMPQ(from, stop)
	JGE(operand.LabelRef("done"))
	MOVL(operand.Mem{Base: from}, at.As32())
	IMULQ(size, at)
	PREFETCHT0(operand.Mem{Base: base, Index: at, Scale: 1})
	ADDQ(operand.U8(4), from)
	JMP(operand.LabelRef("next"))
	Label("done")
	RET()
}

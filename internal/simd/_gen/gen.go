// Command gen generates the AVX2 kernels of internal/simd. They require at least four numbers per
// row. The last four numbers are a separate vector, which overlaps the previous one if the length
// is not a multiple of four.
package main

//go:generate go run . -out ../asm_amd64.s -stubs ../asm_amd64.go -pkg simd

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	rows()
	exps()
	matrices()
	scattered()
	masked()
	prefetch()
	sparse()
	interleaved()
	Generate()
}

// text starts the kernel that is the AVX2 version of a portable one.
func text(name, signature string) {
	TEXT(name+"AVX2", 4, signature) // NOSPLIT
	Pragma("noescape")
	Doc(name + "AVX2 is " + name + "Go.")
}

// vector is the size of a register in bytes, lanes in numbers.
const (
	lanes  = 4
	vector = 8 * lanes
)

// tables holds the constants generated so far.
var tables = make(map[string]operand.Mem)

// table returns a constant of the given bits.
func table(name string, bits ...uint64) operand.Mem {
	if m, ok := tables[name]; ok {
		return m
	}
	m := GLOBL(name, 8|16) // RODATA, NOPTR
	tables[name] = m
	for k, b := range bits {
		DATA(8*k, operand.U64(b))
	}
	return m
}

// at returns the vector at base + index + disp bytes.
func at(base, index reg.GPVirtual, disp int) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: 1, Disp: disp}
}

func load(m operand.Mem) reg.VecVirtual {
	v := YMM()
	VMOVUPD(m, v)
	return v
}

// broadcast fills a register with the named argument.
func broadcast(name string) reg.VecVirtual {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := YMM()
	VBROADCASTSD(p.Addr, v)
	return v
}

func zero() reg.VecVirtual {
	v := YMM()
	VXORPD(v, v, v)
	return v
}

func zeros(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for k := range v {
		v[k] = zero()
	}
	return v
}

// lastLanes returns ones in the last n lanes and zeros in the others.
func lastLanes(n reg.GPVirtual) reg.VecVirtual {
	const ones = 1<<64 - 1
	p := GP64()
	LEAQ(table("last_lanes", 0, 0, 0, 0, ones, ones, ones, ones), p)
	v := YMM()
	VMOVUPD(operand.Mem{Base: p, Index: n, Scale: 8}, v)
	return v
}

// reduce folds v with op, for example VADDPD, and returns the result in the lowest lane.
func reduce(op func(...operand.Op), v []reg.VecVirtual) reg.VecVirtual {
	for n := len(v); n > 1; n = (n + 1) / 2 {
		for k := range n / 2 {
			op(v[n-1-k], v[k], v[k])
		}
	}
	high, x := XMM(), v[0].AsX()
	VEXTRACTF128(operand.U8(1), v[0], high)
	op(high, x, x)
	VUNPCKHPD(x, x, high)
	op(high, x, x)
	return v[0]
}

func end() {
	VZEROUPPER()
	RET()
}

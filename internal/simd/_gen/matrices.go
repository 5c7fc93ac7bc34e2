package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func matrices() {
	vecMat("vecMat", false)
	vecMat("maxPlus", true)
	matVec()
	sumOuter()
}

// vecMat emits dst = a m over strips of up to eight vectors of columns. The sums stay in registers
// for all rows. Narrow strips process two rows per iteration, so that sums do not wait for each
// other. With maxPlus, max replaces + and + replaces *.
func vecMat(name string, maxPlus bool) {
	const widest = 8
	text(name, "func(dst, a, m []float64)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	left := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	a := Load(Param("a").Base(), GP64()).(reg.GPVirtual)
	rows := Load(Param("a").Len(), GP64()).(reg.GPVirtual)
	m := Load(Param("m").Base(), GP64()).(reg.GPVirtual)
	SHLQ(operand.U8(3), left) // bytes of columns left
	stride, last, row, count, ai := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(left, stride)
	var none operand.Mem
	if maxPlus {
		none = everywhere("neg_inf", math.Inf(-1))
	}

	Label("strip")
	MOVQ(m, row)
	MOVQ(a, ai)
	MOVQ(rows, count)
	LEAQ(operand.Mem{Base: left, Disp: -vector}, last) // the last vector of the strip
	for w := 1; w < widest; w++ {
		CMPQ(left, operand.U32(uint32(w*vector)))
		JLE(operand.LabelRef(fmt.Sprintf("strip%d", w)))
	}
	CMPQ(left, operand.U32(widest*vector))
	JLE(operand.LabelRef(fmt.Sprintf("strip%d", widest)))
	MOVQ(operand.U32((widest-1)*vector), last)

	for w := widest; w > 0; w-- {
		Label(fmt.Sprintf("strip%d", w))
		where := func(base reg.GPVirtual, k int) operand.Mem {
			if k == w-1 {
				return at(base, last, 0)
			}
			return operand.Mem{Base: base, Disp: k * vector}
		}
		sums := make([]reg.VecVirtual, w)
		for k := range sums {
			if maxPlus {
				sums[k] = load(none)
			} else {
				sums[k] = zero()
			}
		}
		one, done := fmt.Sprintf("one%d", w), fmt.Sprintf("done%d", w)
		if w <= widest/2 {
			second := GP64()
			var odd []reg.VecVirtual
			if !maxPlus {
				odd = zeros(w)
			}
			Label(fmt.Sprintf("two%d", w))
			CMPQ(count, operand.U8(2))
			JL(operand.LabelRef(fmt.Sprintf("merge%d", w)))
			LEAQ(operand.Mem{Base: row, Index: stride, Scale: 1}, second)
			x, y := YMM(), YMM()
			VBROADCASTSD(operand.Mem{Base: ai}, x)
			VBROADCASTSD(operand.Mem{Base: ai, Disp: 8}, y)
			for k := range sums {
				if maxPlus {
					u, v := YMM(), YMM()
					VADDPD(where(row, k), x, u)
					VADDPD(where(second, k), y, v)
					VMAXPD(u, v, u)             // the first if they are equal
					VMAXPD(sums[k], u, sums[k]) // the previous maximum if they are equal
				} else {
					VFMADD231PD(where(row, k), x, sums[k])
					VFMADD231PD(where(second, k), y, odd[k])
				}
			}
			LEAQ(operand.Mem{Base: second, Index: stride, Scale: 1}, row)
			ADDQ(operand.U8(16), ai)
			SUBQ(operand.U8(2), count)
			JMP(operand.LabelRef(fmt.Sprintf("two%d", w)))
			Label(fmt.Sprintf("merge%d", w))
			for k := range odd {
				VADDPD(odd[k], sums[k], sums[k])
			}
			TESTQ(count, count)
			JE(operand.LabelRef(done))
		}
		Label(one)
		x := YMM()
		VBROADCASTSD(operand.Mem{Base: ai}, x)
		for k := range sums {
			if maxPlus {
				u := YMM()
				VADDPD(where(row, k), x, u)
				VMAXPD(sums[k], u, sums[k])
			} else {
				VFMADD231PD(where(row, k), x, sums[k])
			}
		}
		ADDQ(stride, row)
		ADDQ(operand.U8(8), ai)
		DECQ(count)
		JNE(operand.LabelRef(one))
		Label(done)
		for k, v := range sums {
			VMOVUPD(v, where(dst, k))
		}
		if w == widest {
			ADDQ(operand.U32(widest*vector), dst)
			ADDQ(operand.U32(widest*vector), m)
			SUBQ(operand.U32(widest*vector), left)
			JG(operand.LabelRef("strip"))
		}
		end()
	}
}

// matVec emits dst = m v over bands of eight or four rows. The last band of four overlaps the
// previous one if the number of rows is not a multiple of four.
func matVec() {
	text("matVec", "func(dst, m, v []float64)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	rows := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	m := Load(Param("m").Base(), GP64()).(reg.GPVirtual)
	v := Load(Param("v").Base(), GP64()).(reg.GPVirtual)
	stride := Load(Param("v").Len(), GP64()).(reg.GPVirtual)

	// The last vector has the remaining one to four columns.
	whole, rest := GP64(), GP64()
	LEAQ(operand.Mem{Base: stride, Disp: -1}, whole)
	ANDQ(operand.I8(-lanes), whole)
	MOVQ(stride, rest)
	SUBQ(whole, rest)
	end4 := lastLanes(rest)
	SHLQ(operand.U8(3), whole)
	SHLQ(operand.U8(3), stride)
	VANDPD(at(v, stride, -vector), end4, end4)
	stride3 := GP64()
	LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, stride3)

	far, column, back := GP64(), GP64(), GP64()
	Label("eight")
	CMPQ(rows, operand.U8(8))
	JL(operand.LabelRef("four"))
	band := func(n int, name string) {
		LEAQ(operand.Mem{Base: m, Index: stride, Scale: 4}, far)
		row := func(k int) operand.Mem { // relative to the column that m and far have reached
			base := []reg.GPVirtual{m, far}[k/4]
			switch k % 4 {
			case 1:
				return operand.Mem{Base: base, Index: stride, Scale: 1}
			case 2:
				return operand.Mem{Base: base, Index: stride, Scale: 2}
			case 3:
				return operand.Mem{Base: base, Index: stride3, Scale: 1}
			}
			return operand.Mem{Base: base}
		}
		sums := zeros(n)
		XORQ(column, column)
		Label("columns" + name)
		CMPQ(column, whole)
		JGE(operand.LabelRef("last" + name))
		x := load(at(v, column, 0))
		for k := range sums {
			VFMADD231PD(row(k), x, sums[k])
		}
		ADDQ(operand.U8(vector), m)
		if n > 4 {
			ADDQ(operand.U8(vector), far)
		}
		ADDQ(operand.U8(vector), column)
		JMP(operand.LabelRef("columns" + name))
		Label("last" + name)
		SUBQ(column, m) // back to the start of the row
		LEAQ(at(m, stride, -vector), m)
		if n > 4 {
			LEAQ(operand.Mem{Base: m, Index: stride, Scale: 4}, far)
		}
		for k := range sums {
			VFMADD231PD(row(k), end4, sums[k])
		}
		for k := 0; k < n; k += 4 {
			VMOVUPD(sumEach(sums[k:k+4]), operand.Mem{Base: dst, Disp: 8 * k})
		}
		SUBQ(stride, m)
		LEAQ(operand.Mem{Base: m, Index: stride, Scale: 4, Disp: vector}, m)
		if n > 4 {
			LEAQ(operand.Mem{Base: m, Index: stride, Scale: 4}, m)
		}
		ADDQ(operand.U8(uint8(8*n)), dst)
		SUBQ(operand.U8(uint8(n)), rows)
	}
	band(8, "8")
	JMP(operand.LabelRef("eight"))

	Label("four")
	CMPQ(rows, operand.U8(0))
	JE(operand.LabelRef("done"))
	CMPQ(rows, operand.U8(4))
	JGE(operand.LabelRef("band"))
	MOVQ(operand.U32(4), back)
	SUBQ(rows, back) // rows computed twice
	MOVQ(operand.U32(4), rows)
	NEGQ(back)
	LEAQ(operand.Mem{Base: dst, Index: back, Scale: 8}, dst)
	IMULQ(stride, back)
	ADDQ(back, m)
	Label("band")
	band(4, "4")
	JMP(operand.LabelRef("four"))
	Label("done")
	end()
}

// sumEach returns the lane sums of each of four vectors.
func sumEach(v []reg.VecVirtual) reg.VecVirtual {
	cross := YMM()
	VHADDPD(v[1], v[0], v[0]) // 0: low pair, 1: low pair, 0: high pair, 1: high pair
	VHADDPD(v[3], v[2], v[2])
	VPERM2F128(operand.U8(0x21), v[2], v[0], cross) // high half of v[0], low half of v[2]
	VBLENDPD(operand.U8(0b1100), v[2], v[0], v[0])
	VADDPD(cross, v[0], v[0])
	return v[0]
}

// sumOuter emits dst = transpose(a) b over tiles of four rows and up to three vectors of columns.
// The sums stay in registers for all t.
func sumOuter() {
	const widest = 3
	text("sumOuter", "func(dst, a, b []float64, n int)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	stop := Load(Param("a").Len(), GP64()).(reg.GPVirtual)
	a := Load(Param("a").Base(), GP64()).(reg.GPVirtual)
	b := Load(Param("b").Base(), GP64()).(reg.GPVirtual)
	stride := Load(Param("n"), GP64()).(reg.GPVirtual)
	SHLQ(operand.U8(3), stride)
	LEAQ(operand.Mem{Base: a, Index: stop, Scale: 8}, stop) // the end of a

	i, j, last, offset := GP64(), GP64(), GP64(), GP64() // in bytes
	ai, bj, to, lastB := GP64(), GP64(), GP64(), GP64()
	XORQ(i, i)

	Label("rows")
	XORQ(j, j)
	Label("tile")
	LEAQ(operand.Mem{Base: a, Index: i, Scale: 1}, ai)
	LEAQ(operand.Mem{Base: b, Index: j, Scale: 1}, bj)
	MOVQ(i, to) // i bytes are i/8 rows
	IMULQ(stride, to)
	SHRQ(operand.U8(3), to)
	ADDQ(dst, to)
	ADDQ(j, to)
	MOVQ(stride, last)
	SUBQ(j, last) // bytes of columns left
	MOVQ(last, offset)
	SUBQ(operand.U8(vector), last)
	CMPQ(offset, operand.U8(vector))
	JLE(operand.LabelRef("tile1"))
	CMPQ(offset, operand.U8(2*vector))
	JLE(operand.LabelRef("tile2"))
	CMPQ(offset, operand.U8(3*vector))
	JLE(operand.LabelRef("tile3"))
	CMPQ(offset, operand.U32(4*vector))
	JLE(operand.LabelRef("half")) // for four vectors, two and two are faster than three and one
	MOVQ(operand.U32(2*vector), last)
	JMP(operand.LabelRef("tile3"))
	Label("half")
	MOVQ(operand.U32(vector), last)
	JMP(operand.LabelRef("tile2"))

	for w := widest; w > 0; w-- {
		name := fmt.Sprintf("tile%d", w)
		Label(name)
		LEAQ(operand.Mem{Base: bj, Index: last, Scale: 1}, lastB)
		sums := make([][]reg.VecVirtual, 4)
		for r := range sums {
			sums[r] = zeros(w)
		}
		Label(name + "_t")
		CMPQ(ai, stop)
		JGE(operand.LabelRef(name + "_done"))
		row := make([]reg.VecVirtual, w)
		for k := range row {
			if k == w-1 {
				row[k] = load(operand.Mem{Base: lastB})
			} else {
				row[k] = load(operand.Mem{Base: bj, Disp: k * vector})
			}
		}
		for r := range sums {
			x := YMM()
			VBROADCASTSD(operand.Mem{Base: ai, Disp: 8 * r}, x)
			for k := range row {
				VFMADD231PD(row[k], x, sums[r][k])
			}
		}
		ADDQ(stride, ai)
		ADDQ(stride, bj)
		ADDQ(stride, lastB)
		JMP(operand.LabelRef(name + "_t"))
		Label(name + "_done")
		for r := range sums {
			for k, v := range sums[r] {
				if k == w-1 {
					VMOVUPD(v, at(to, last, 0))
				} else {
					VMOVUPD(v, operand.Mem{Base: to, Disp: k * vector})
				}
			}
			ADDQ(stride, to)
		}
		LEAQ(at(j, last, vector), j)
		CMPQ(j, stride)
		JL(operand.LabelRef("tile"))
		if w > 1 {
			JMP(operand.LabelRef("next"))
		}
	}

	Label("next")
	ADDQ(operand.U8(vector), i) // next four rows, or the last four
	CMPQ(i, stride)
	JGE(operand.LabelRef("done"))
	LEAQ(operand.Mem{Base: stride, Disp: -vector}, offset)
	CMPQ(i, offset)
	JLE(operand.LabelRef("rows"))
	MOVQ(offset, i)
	JMP(operand.LabelRef("rows"))
	Label("done")
	end()
}

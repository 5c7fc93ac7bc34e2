package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// interleaved emits the kernels on interleaved vectors: number j of each of four vectors in one
// register.
func interleaved() {
	expLanes()
	vecMatLanes()
	normLanes()
	backLanes()
	addLanes()
	sumOuterLanes()
	gatherLanes()
	pairLanes()
	addSums()
}

// transpose replaces four registers of four numbers by the columns of the 4 x 4 matrix.
func transpose(v []reg.VecVirtual) {
	a, b, c, d := YMM(), YMM(), YMM(), YMM()
	VUNPCKLPD(v[1], v[0], a)
	VUNPCKHPD(v[1], v[0], b)
	VUNPCKLPD(v[3], v[2], c)
	VUNPCKHPD(v[3], v[2], d)
	VPERM2F128(operand.U8(0x20), c, a, v[0])
	VPERM2F128(operand.U8(0x20), d, b, v[1])
	VPERM2F128(operand.U8(0x31), c, a, v[2])
	VPERM2F128(operand.U8(0x31), d, b, v[3])
}

// rowsOf loads the addresses of four slices.
func rowsOf(name string) []reg.GPVirtual {
	p := Load(Param(name), GP64()).(reg.GPVirtual)
	rows := make([]reg.GPVirtual, lanes)
	for k := range rows {
		rows[k] = GP64()
		MOVQ(operand.Mem{Base: p, Disp: 24 * k}, rows[k])
	}
	return rows
}

// groups emits body for each group of four numbers of rows of size bytes, at the byte offset in
// index. The last group overlaps the previous one if the size is not a multiple of a vector.
func groups(size, index reg.GPVirtual, name string, body func()) {
	last := GP64()
	LEAQ(operand.Mem{Base: size, Disp: -vector}, last)
	XORQ(index, index)
	Label(name)
	CMPQ(index, last)
	JLE(operand.LabelRef(name + "_group"))
	CMPQ(index, size)
	JGE(operand.LabelRef(name + "_done"))
	MOVQ(last, index)
	Label(name + "_group")
	body()
	ADDQ(operand.U8(vector), index)
	JMP(operand.LabelRef(name))
	Label(name + "_done")
}

// expLanes emits the exponentials of four rows. It sets least to -Inf if a row has a -Inf.
func expLanes() {
	c := newExpConstants()
	text("expLanes", "func(dst []float64, rows *[4][]float64, shift, least *[4]float64) (valid bool)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	size := Load(Param("dst").Len(), GP64()).(reg.GPVirtual) // dst has four numbers of 8 bytes for each number of a row
	shift := Load(Param("shift"), GP64()).(reg.GPVirtual)
	least := Load(Param("least"), GP64()).(reg.GPVirtual)
	rows := rowsOf("rows")
	SHLQ(operand.U8(1), size)
	index := GP64()
	m, smallest := load(everywhere("neg_max", -math.MaxFloat64)), load(c.inf)
	valid := YMM()
	VCMPPD(operand.U8(0), m, m, valid) // all ones
	groups(size, index, "rows", func() {
		const below = 1 // less, and not NaN
		v := make([]reg.VecVirtual, lanes)
		for k := range v {
			v[k] = load(at(rows[k], index, 0))
			fits := YMM()
			VCMPPD(operand.U8(below), c.inf, v[k], fits)
			VANDPD(fits, valid, valid)
		}
		transpose(v)
		for k := range v {
			VMOVUPD(v[k], operand.Mem{Base: dst, Index: index, Scale: 4, Disp: k * vector})
			VMAXPD(v[k], m, m)
			VMINPD(v[k], smallest, smallest)
		}
	})
	VSUBPD(m, smallest, smallest)
	VMOVUPD(smallest, operand.Mem{Base: least})
	VMOVUPD(m, operand.Mem{Base: shift})
	bits := GP32()
	VMOVMSKPD(valid, bits)

	SHLQ(operand.U8(2), size)
	XORQ(index, index)
	Label("exp")
	CMPQ(index, size)
	JGE(operand.LabelRef("done"))
	d := load(at(dst, index, 0))
	VSUBPD(m, d, d)
	VMOVUPD(c.exp(d), at(dst, index, 0))
	ADDQ(operand.U8(vector), index)
	JMP(operand.LabelRef("exp"))
	Label("done")
	result := GP8()
	CMPL(bits, operand.U8(15))
	SETEQ(result)
	VZEROUPPER()
	Store(result, ReturnIndex(0))
	RET()
}

// vecMatLanes emits the product of interleaved row vectors with a matrix, in strips of up to twelve
// columns. The sums stay in registers for all rows. Narrow strips process two rows per iteration,
// so that sums do not wait for each other. Thirteen to 24 columns become two strips of equal width.
func vecMatLanes() {
	const widest = 12
	text("vecMatLanes", "func(dst, a, m []float64)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	left := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	a := Load(Param("a").Base(), GP64()).(reg.GPVirtual)
	rows := Load(Param("a").Len(), GP64()).(reg.GPVirtual)
	m := Load(Param("m").Base(), GP64()).(reg.GPVirtual)
	SHRQ(operand.U8(2), left) // columns left
	SHRQ(operand.U8(2), rows)
	stride, row, count, ai, width := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(left, stride)
	SHLQ(operand.U8(3), stride)

	Label("strip")
	CMPQ(left, operand.U8(0))
	JLE(operand.LabelRef("done"))
	MOVQ(m, row)
	MOVQ(a, ai)
	MOVQ(rows, count)
	MOVQ(left, width)
	CMPQ(width, operand.U8(widest))
	JLE(operand.LabelRef("choose"))
	CMPQ(width, operand.U8(2*widest))
	JG(operand.LabelRef(fmt.Sprintf("strip%d", widest)))
	ADDQ(operand.U8(1), width)
	SHRQ(operand.U8(1), width)
	Label("choose")
	for w := 1; w < widest; w++ {
		CMPQ(width, operand.U8(uint8(w)))
		JE(operand.LabelRef(fmt.Sprintf("strip%d", w)))
	}

	for w := widest; w > 0; w-- {
		Label(fmt.Sprintf("strip%d", w))
		sums := zeros(w)
		add := func(sums []reg.VecVirtual, row reg.GPVirtual, disp int) {
			v := load(operand.Mem{Base: ai, Disp: disp})
			for k := range sums {
				x := YMM()
				VBROADCASTSD(operand.Mem{Base: row, Disp: 8 * k}, x)
				VFMADD231PD(x, v, sums[k])
			}
		}
		if w <= 6 {
			odd, second := zeros(w), GP64()
			Label(fmt.Sprintf("two%d", w))
			SUBQ(operand.U8(2), count)
			JL(operand.LabelRef(fmt.Sprintf("merge%d", w)))
			LEAQ(at(row, stride, 0), second)
			add(sums, row, 0)
			add(odd, second, vector)
			LEAQ(at(second, stride, 0), row)
			ADDQ(operand.U8(2*vector), ai)
			JMP(operand.LabelRef(fmt.Sprintf("two%d", w)))
			Label(fmt.Sprintf("merge%d", w))
			for k := range odd {
				VADDPD(odd[k], sums[k], sums[k])
			}
			ADDQ(operand.U8(2), count)
			JE(operand.LabelRef(fmt.Sprintf("store%d", w)))
		}
		Label(fmt.Sprintf("one%d", w))
		add(sums, row, 0)
		ADDQ(stride, row)
		ADDQ(operand.U8(vector), ai)
		DECQ(count)
		JNE(operand.LabelRef(fmt.Sprintf("one%d", w)))
		Label(fmt.Sprintf("store%d", w))
		for k, v := range sums {
			VMOVUPD(v, operand.Mem{Base: dst, Disp: k * vector})
		}
		ADDQ(operand.U32(uint32(w*vector)), dst)
		ADDQ(operand.U8(uint8(8*w)), m)
		SUBQ(operand.U8(uint8(w)), left)
		JMP(operand.LabelRef("strip"))
	}
	Label("done")
	end()
}

// inverse returns 1/v, or 0 where v is not positive.
func inverse(v reg.VecVirtual) reg.VecVirtual {
	const above = 30 // greater, and not NaN
	inv, one, positive, none := YMM(), load(everywhere("one", 1)), YMM(), zero()
	VDIVPD(v, one, inv)
	VCMPPD(operand.U8(above), none, v, positive)
	VANDPD(positive, inv, inv)
	return inv
}

// vectors emits body for the vectors of slices of size bytes, four at a time while there are
// enough. k is the number of the vector within an iteration, disp its offset from index.
func vectors(size, index reg.GPVirtual, name string, body func(k, disp int)) {
	next := GP64()
	XORQ(index, index)
	for _, n := range []int{4, 1} {
		label := fmt.Sprintf("%s%d", name, n)
		Label(label)
		LEAQ(operand.Mem{Base: index, Disp: n * vector}, next)
		CMPQ(next, size)
		JG(operand.LabelRef(label + "_done"))
		for k := range n {
			body(k, k*vector)
		}
		MOVQ(next, index)
		JMP(operand.LabelRef(label))
		Label(label + "_done")
	}
}

func normLanes() {
	text("normLanes", "func(dst, x []float64, sum, least *[4]float64)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	size := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	x := Load(Param("x").Base(), GP64()).(reg.GPVirtual)
	to := Load(Param("sum"), GP64()).(reg.GPVirtual)
	toLeast := Load(Param("least"), GP64()).(reg.GPVirtual)
	SHLQ(operand.U8(3), size)
	index := GP64()
	sums := zeros(4)
	least := []reg.VecVirtual{load(everywhere("pos_inf", math.Inf(1))), load(everywhere("pos_inf", math.Inf(1)))}
	vectors(size, index, "mul", func(k, disp int) {
		v := load(at(dst, index, disp))
		VMULPD(at(x, index, disp), v, v)
		VMOVUPD(v, at(dst, index, disp))
		VADDPD(v, sums[k], sums[k])
		VMINPD(v, least[k%2], least[k%2])
	})
	VADDPD(sums[1], sums[0], sums[0])
	VADDPD(sums[3], sums[2], sums[2])
	VADDPD(sums[2], sums[0], sums[0])
	VMINPD(least[1], least[0], least[0])
	VMOVUPD(sums[0], operand.Mem{Base: to})
	VMOVUPD(least[0], operand.Mem{Base: toLeast})
	inv := inverse(sums[0])
	vectors(size, index, "scale", func(k, disp int) {
		v := YMM()
		VMULPD(at(dst, index, disp), inv, v)
		VMOVUPD(v, at(dst, index, disp))
	})
	end()
}

func backLanes() {
	const different = 4
	text("backLanes", "func(beta, node, alpha []float64, norm, sum *[4]float64)")
	beta := Load(Param("beta").Base(), GP64()).(reg.GPVirtual)
	size := Load(Param("beta").Len(), GP64()).(reg.GPVirtual)
	node := Load(Param("node").Base(), GP64()).(reg.GPVirtual)
	alpha := Load(Param("alpha").Base(), GP64()).(reg.GPVirtual)
	norm := Load(Param("norm"), GP64()).(reg.GPVirtual)
	to := Load(Param("sum"), GP64()).(reg.GPVirtual)
	SHLQ(operand.U8(3), size)
	index := GP64()
	inv, none, sums := inverse(load(operand.Mem{Base: norm})), zero(), zeros(2)
	vectors(size, index, "vector", func(k, disp int) {
		a, b, reached, into := load(at(alpha, index, disp)), load(at(beta, index, disp)), YMM(), YMM()
		VCMPPD(operand.U8(different), none, a, reached)
		VANDPD(reached, b, b)
		VMULPD(at(node, index, disp), b, into)
		VMULPD(inv, into, into)
		VMOVUPD(into, at(node, index, disp))
		VADDPD(into, sums[k%2], sums[k%2])
		VMULPD(a, b, b)
		VMOVUPD(b, at(beta, index, disp))
	})
	VADDPD(sums[1], sums[0], sums[0])
	VMOVUPD(sums[0], operand.Mem{Base: to})
	end()
}

func addLanes() {
	text("addLanes", "func(rows *[4][]float64, c float64, x []float64)")
	x := Load(Param("x").Base(), GP64()).(reg.GPVirtual)
	size := Load(Param("x").Len(), GP64()).(reg.GPVirtual)
	rows := rowsOf("rows")
	c := broadcast("c")
	SHLQ(operand.U8(1), size)
	index, last := GP64(), GP64()
	sum := func(index reg.GPVirtual) []reg.VecVirtual {
		v := make([]reg.VecVirtual, lanes)
		for k := range v {
			v[k] = load(operand.Mem{Base: x, Index: index, Scale: 4, Disp: k * vector})
		}
		transpose(v)
		for k := range v {
			u := load(at(rows[k], index, 0))
			VFMADD231PD(v[k], c, u)
			v[k] = u
		}
		return v
	}
	LEAQ(operand.Mem{Base: size, Disp: -vector}, last)
	end4 := sum(last) // before others change the numbers of an overlap
	XORQ(index, index)
	Label("group")
	CMPQ(index, last)
	JGE(operand.LabelRef("done"))
	for k, v := range sum(index) {
		VMOVUPD(v, at(rows[k], index, 0))
	}
	ADDQ(operand.U8(vector), index)
	JMP(operand.LabelRef("group"))
	Label("done")
	for k, v := range end4 {
		VMOVUPD(v, at(rows[k], last, 0))
	}
	end()
}

// sumOuterLanes emits tiles of three rows and four columns. Their sums stay in registers for all t.
// The last tile of a row or column overlaps the previous one.
func sumOuterLanes() {
	const high = 3
	text("sumOuterLanes", "func(dst, a, b []float64, n int)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	stop := Load(Param("a").Len(), GP64()).(reg.GPVirtual)
	a := Load(Param("a").Base(), GP64()).(reg.GPVirtual)
	b := Load(Param("b").Base(), GP64()).(reg.GPVirtual)
	n := Load(Param("n"), GP64()).(reg.GPVirtual)
	LEAQ(operand.Mem{Base: a, Index: stop, Scale: 8}, stop)
	stride, i, j, last := GP64(), GP64(), GP64(), GP64()
	ai, bj, to := GP64(), GP64(), GP64()
	MOVQ(n, stride)
	SHLQ(operand.U8(5), stride)
	XORQ(i, i)
	Label("rows")
	LEAQ(operand.Mem{Base: n, Disp: -high}, last)
	CMPQ(i, last)
	JLE(operand.LabelRef("whole"))
	CMPQ(i, n)
	JGE(operand.LabelRef("done"))
	MOVQ(last, i)
	Label("whole")
	XORQ(j, j)
	Label("tile")
	LEAQ(operand.Mem{Base: n, Disp: -lanes}, last)
	CMPQ(j, last)
	JLE(operand.LabelRef("start"))
	CMPQ(j, n)
	JGE(operand.LabelRef("next"))
	MOVQ(last, j)
	Label("start")
	MOVQ(i, ai)
	SHLQ(operand.U8(5), ai)
	ADDQ(a, ai)
	MOVQ(j, bj)
	SHLQ(operand.U8(5), bj)
	ADDQ(b, bj)
	sums := make([][]reg.VecVirtual, high)
	for r := range sums {
		sums[r] = zeros(lanes)
	}
	Label("t")
	CMPQ(ai, stop)
	JGE(operand.LabelRef("store"))
	x := make([]reg.VecVirtual, high)
	for r := range x {
		x[r] = load(operand.Mem{Base: ai, Disp: r * vector})
	}
	for k := range lanes {
		v := load(operand.Mem{Base: bj, Disp: k * vector})
		for r := range x {
			VFMADD231PD(v, x[r], sums[r][k])
		}
	}
	ADDQ(stride, ai)
	ADDQ(stride, bj)
	JMP(operand.LabelRef("t"))
	Label("store")
	MOVQ(i, to)
	IMULQ(n, to)
	ADDQ(j, to)
	LEAQ(operand.Mem{Base: dst, Index: to, Scale: 8}, to)
	for r := range sums {
		VMOVUPD(sumEach(sums[r]), operand.Mem{Base: to})
		LEAQ(operand.Mem{Base: to, Index: n, Scale: 8}, to)
	}
	ADDQ(operand.U8(lanes), j)
	JMP(operand.LabelRef("tile"))
	Label("next")
	ADDQ(operand.U8(high), i)
	JMP(operand.LabelRef("rows"))
	Label("done")
	end()
}

// gatherLanes emits the product of a sparse matrix, in groups of four lines, with interleaved
// vectors. The sums of a group stay in registers.
func gatherLanes() {
	text("gatherLanes", "func(dst, value, x []float64, index, first, line []int32, start, least *[4]float64)")
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	value := Load(Param("value").Base(), GP64()).(reg.GPVirtual)
	x := Load(Param("x").Base(), GP64()).(reg.GPVirtual)
	index := Load(Param("index").Base(), GP64()).(reg.GPVirtual)
	first := Load(Param("first").Base(), GP64()).(reg.GPVirtual)
	left := Load(Param("first").Len(), GP64()).(reg.GPVirtual)
	line := Load(Param("line").Base(), GP64()).(reg.GPVirtual)
	from := Load(Param("start"), GP64()).(reg.GPVirtual)
	start, least := load(operand.Mem{Base: from}), load(everywhere("pos_inf", math.Inf(1)))
	steps := GP64()

	Label("group")
	SUBQ(operand.U8(1), left)
	JLE(operand.LabelRef("done"))
	MOVL(operand.Mem{Base: first, Disp: 4}, steps.As32())
	SUBL(operand.Mem{Base: first}, steps.As32())
	ADDQ(operand.U8(4), first)
	sums := make([]reg.VecVirtual, lanes)
	for k := range sums {
		sums[k] = YMM()
		VMOVAPD(start, sums[k])
	}
	Label("step")
	SUBQ(operand.U8(1), steps)
	JL(operand.LabelRef("store"))
	for k := range sums {
		n, v := GP64(), YMM()
		MOVL(operand.Mem{Base: index, Disp: 4 * k}, n.As32())
		SHLQ(operand.U8(5), n)
		VBROADCASTSD(operand.Mem{Base: value, Disp: 8 * k}, v)
		VFMADD231PD(at(x, n, 0), v, sums[k])
	}
	ADDQ(operand.U8(4*lanes), index)
	ADDQ(operand.U8(vector), value)
	JMP(operand.LabelRef("step"))
	Label("store")
	for k := lanes - 1; k >= 0; k-- {
		n := GP64()
		MOVL(operand.Mem{Base: line, Disp: 4 * k}, n.As32())
		SHLQ(operand.U8(5), n)
		VMINPD(sums[k], least, least)
		VMOVUPD(sums[k], at(dst, n, 0))
	}
	ADDQ(operand.U8(4*lanes), line)
	JMP(operand.LabelRef("group"))
	Label("done")
	to := Load(Param("least"), GP64()).(reg.GPVirtual)
	VMOVUPD(least, operand.Mem{Base: to})
	end()
}

// pairLanes emits the products of listed pairs of interleaved numbers, summed over up to four
// positions. The numbers of the first vector stay in registers for all pairs of a line.
func pairLanes() {
	const most = 4
	text("pairLanes", "func(dst, a, b []float64, first, to []int32, stride int)")
	left := Load(Param("first").Len(), GP64()).(reg.GPVirtual)
	stop := Load(Param("a").Len(), GP64()).(reg.GPVirtual)
	first := Load(Param("first").Base(), GP64()).(reg.GPVirtual)
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	a := Load(Param("a").Base(), GP64()).(reg.GPVirtual)
	b := Load(Param("b").Base(), GP64()).(reg.GPVirtual)
	to := Load(Param("to").Base(), GP64()).(reg.GPVirtual)
	stride := Load(Param("stride"), GP64()).(reg.GPVirtual)
	for w := 1; w < most; w++ {
		CMPQ(stop, stride)
		JLE(operand.LabelRef(fmt.Sprintf("tile%d", w)))
		SUBQ(stride, stop)
	}
	for w := most; w > 0; w-- {
		Label(fmt.Sprintf("tile%d", w))
		SHLQ(operand.U8(3), stride)
		stride3 := GP64()
		if w == most {
			LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, stride3)
		}
		count := GP64()
		Label(fmt.Sprintf("line%d", w))
		SUBQ(operand.U8(1), left)
		JLE(operand.LabelRef("done"))
		MOVL(operand.Mem{Base: first, Disp: 4}, count.As32())
		SUBL(operand.Mem{Base: first}, count.As32())
		ADDQ(operand.U8(4), first)
		where := func(base reg.GPVirtual, k int) operand.Mem {
			switch k {
			case 0:
				return operand.Mem{Base: base}
			case 3:
				return operand.Mem{Base: base, Index: stride3, Scale: 1}
			}
			return operand.Mem{Base: base, Index: stride, Scale: uint8(k)}
		}
		x := make([]reg.VecVirtual, w)
		for k := range x {
			x[k] = load(where(a, k))
		}
		Label(fmt.Sprintf("pair%d", w))
		SUBQ(operand.U8(1), count)
		JL(operand.LabelRef(fmt.Sprintf("next%d", w)))
		row := GP64()
		MOVL(operand.Mem{Base: to}, row.As32())
		ADDQ(operand.U8(4), to)
		SHLQ(operand.U8(5), row)
		ADDQ(b, row)
		sum := load(operand.Mem{Base: dst})
		for k := range x {
			VFMADD231PD(where(row, k), x[k], sum)
		}
		VMOVUPD(sum, operand.Mem{Base: dst})
		ADDQ(operand.U8(vector), dst)
		JMP(operand.LabelRef(fmt.Sprintf("pair%d", w)))
		Label(fmt.Sprintf("next%d", w))
		ADDQ(operand.U8(vector), a)
		JMP(operand.LabelRef(fmt.Sprintf("line%d", w)))
	}
	Label("done")
	end()
}

// addSums emits the sums of all lanes, four numbers at a time. The last four numbers may overlap
// others.
func addSums() {
	text("addSums", "func(dst []float64, c float64, y, x []float64)")
	w := newWalk("dst", "y")
	x := Load(Param("x").Base(), GP64()).(reg.GPVirtual)
	c := broadcast("c")
	w.start()
	value := func() reg.VecVirtual {
		v := make([]reg.VecVirtual, lanes)
		for k := range v {
			v[k] = load(operand.Mem{Base: x, Index: w.index, Scale: 4, Disp: k * vector})
		}
		sum, to := sumEach(v), load(w.at("dst", 0))
		VMULPD(w.at("y", 0), sum, sum)
		VFMADD231PD(sum, c, to)
		return to
	}
	last := value()
	w.run(1, func(int) { VMOVUPD(value(), w.at("dst", 0)) })
	VMOVUPD(last, at(w.base["dst"], w.bytes, -vector))
	end()
}

package filter

import "golang.org/x/net/bpf"

const (
	ethernetBytes = 14
	typeOffset    = 12
	tagBytes      = 4
)

// offset returns the offset of a field as far as it is known now.
func (c *code) offset(f field) uint32 {
	at := f.offset
	switch {
	case f.from == frame || c.layout.raw:
		return at
	case f.from == linkType:
		at += typeOffset
	default:
		at += ethernetBytes
	}
	return at + f.tags
}

// moves tells whether a part of the offset has to be computed.
func (c *code) moves(f field) bool {
	return f.from == transport || f.loose && f.from != frame
}

// field loads a field into A.
func (c *code) field(f field) {
	if !c.moves(f) {
		c.add(bpf.LoadAbsolute{Off: c.offset(f), Size: f.size})
		return
	}
	c.base(f)
	c.add(bpf.LoadIndirect{Off: c.offset(f), Size: f.size})
}

// base puts the part of the offset that has to be computed into X.
func (c *code) base(f field) {
	header := c.offset(field{place: f.place, from: network})
	switch {
	case f.from != transport:
		c.add(bpf.LoadScratch{Dst: bpf.RegX, N: 0})
	case !f.loose:
		c.add(bpf.LoadMemShift{Off: header})
	default:
		c.add(
			bpf.LoadScratch{Dst: bpf.RegX, N: 0},
			bpf.LoadIndirect{Off: header, Size: 1},
			bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf},
			bpf.ALUOpConstant{Op: bpf.ALUOpShiftLeft, Val: 2},
			bpf.ALUOpX{Op: bpf.ALUOpAdd},
			bpf.TAX{},
		)
	}
}

// value computes a value into A.
func (c *code) value(v value) {
	switch v := v.(type) {
	case number:
		c.add(bpf.LoadConstant{Dst: bpf.RegA, Val: uint32(v)})
	case length:
		c.add(bpf.LoadExtension{Num: bpf.ExtLen})
	case *load:
		c.load(v)
	case *operation:
		c.operands(v.a, v.b)
		c.add(bpf.ALUOpX{Op: aluOp(v.sign)})
	}
}

// operands computes a into A and b into X.
func (c *code) operands(a, b value) {
	c.value(a)
	cell := c.cell()
	c.add(bpf.StoreScratch{Src: bpf.RegA, N: cell})
	c.value(b)
	c.add(bpf.TAX{}, bpf.LoadScratch{Dst: bpf.RegA, N: cell})
	c.drop()
}

// load loads a field at a computed offset into A.
func (c *code) load(l *load) {
	if n, ok := l.index.(number); ok {
		f := l.field
		f.offset += uint32(n)
		c.field(f)
		return
	}
	c.value(l.index)
	if !c.moves(l.field) {
		c.add(bpf.TAX{})
	} else {
		cell := c.cell()
		c.add(bpf.StoreScratch{Src: bpf.RegA, N: cell})
		c.base(l.field)
		c.add(bpf.LoadScratch{Dst: bpf.RegA, N: cell}, bpf.ALUOpX{Op: bpf.ALUOpAdd}, bpf.TAX{})
		c.drop()
	}
	c.add(bpf.LoadIndirect{Off: c.offset(l.field), Size: l.size})
}

func (c *code) relation(r *relation, yes, no label) {
	test, swap := jump(r.op)
	if swap {
		yes, no = no, yes
	}
	if n, ok := r.b.(number); ok {
		c.value(r.a)
		c.branch(test, uint32(n), yes, no)
		return
	}
	c.operands(r.a, r.b)
	c.branchX(test, yes, no)
}

func aluOp(sign string) bpf.ALUOp {
	switch sign {
	case "+":
		return bpf.ALUOpAdd
	case "-":
		return bpf.ALUOpSub
	case "*":
		return bpf.ALUOpMul
	case "/":
		return bpf.ALUOpDiv
	case "%":
		return bpf.ALUOpMod
	case "&":
		return bpf.ALUOpAnd
	case "|":
		return bpf.ALUOpOr
	case "^":
		return bpf.ALUOpXor
	case "<<":
		return bpf.ALUOpShiftLeft
	}
	return bpf.ALUOpShiftRight
}

package filter

import (
	"errors"

	"golang.org/x/net/bpf"
)

// label is a place to jump to; where it is becomes known later.
type label int

// item is an instruction, a conditional jump, or the place of a label.
type item struct {
	instruction bpf.Instruction
	jump        *branch
	label       label // if the other two are nil
}

// branch goes to one label or another.
type branch struct {
	test     bpf.JumpTest
	value    uint32
	byX      bool
	yes, no  label
	far      bool // a target is too far for a conditional jump
	position int
}

// code is a program in the making.
type code struct {
	items  []item
	labels int
	layout layout
	// scratch is how many cells of memory are in use. The first one holds what
	// is loose in a place.
	scratch int
	err     error
}

func (c *code) label() label { c.labels++; return label(c.labels - 1) }

func (c *code) here(l label) { c.items = append(c.items, item{label: l}) }

func (c *code) add(in ...bpf.Instruction) {
	for _, i := range in {
		c.items = append(c.items, item{instruction: i})
	}
}

func (c *code) branch(test bpf.JumpTest, value uint32, yes, no label) {
	c.items = append(c.items, item{jump: &branch{test: test, value: value, yes: yes, no: no}})
}

func (c *code) branchX(test bpf.JumpTest, yes, no label) {
	c.items = append(c.items, item{jump: &branch{test: test, byX: true, yes: yes, no: no}})
}

// cell takes a cell of memory.
func (c *code) cell() int {
	c.scratch++
	if c.scratch > 15 {
		c.err = errors.New("the arithmetic is nested too deeply")
		return 15
	}
	return c.scratch
}

func (c *code) drop() { c.scratch-- }

// longest is how far a conditional jump reaches.
const longest = 255

// place gives every item its position, and turns jumps that do not reach into
// longer ones, until all do. It returns the positions of the labels.
func (c *code) place() []int {
	at := make([]int, c.labels)
	for {
		n := 0
		for _, it := range c.items {
			switch {
			case it.instruction != nil:
				n++
			case it.jump != nil:
				it.jump.position = n
				n++
				if it.jump.far {
					n += 2
				}
			default:
				at[it.label] = n
			}
		}
		grown := false
		for _, it := range c.items {
			b := it.jump
			if b == nil || b.far {
				continue
			}
			if max(at[b.yes], at[b.no])-b.position-1 > longest {
				b.far, grown = true, true
			}
		}
		if !grown {
			return at
		}
	}
}

// program puts the instructions together.
func (c *code) program() ([]bpf.Instruction, error) {
	if c.err != nil {
		return nil, c.err
	}
	at := c.place()
	var out []bpf.Instruction
	for _, it := range c.items {
		switch b := it.jump; {
		case it.instruction != nil:
			out = append(out, it.instruction)
		case b == nil:
		case b.far:
			out = append(out, b.instruction(0, 1),
				bpf.Jump{Skip: uint32(at[b.yes] - b.position - 2)}, bpf.Jump{Skip: uint32(at[b.no] - b.position - 3)})
		default:
			out = append(out, b.instruction(at[b.yes]-b.position-1, at[b.no]-b.position-1))
		}
	}
	const most = 4096
	if len(out) > most {
		return nil, errors.New("the program is longer than the kernel takes")
	}
	return out, nil
}

func (b *branch) instruction(yes, no int) bpf.Instruction {
	if b.byX {
		return bpf.JumpIfX{Cond: b.test, SkipTrue: uint8(yes), SkipFalse: uint8(no)}
	}
	return bpf.JumpIf{Cond: b.test, Val: b.value, SkipTrue: uint8(yes), SkipFalse: uint8(no)}
}

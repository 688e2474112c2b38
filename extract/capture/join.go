package capture

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"lukechampine.com/blake3"
)

// Input is a file for Join.
type Input struct {
	// Path is where it is read from.
	Path string
	// Name is what it is called in warnings and as the source of flows.
	Name string
}

// Member is a file of a joined capture.
type Member struct {
	Input
	Identity
	// Packets is how many records it has.
	Packets int64

	extent
	info Info
}

// Joined is a Source that reads several files as one capture in time order, as a
// sensor that rotates its files means them. Packet numbers run on from file to
// file, and Slab.Seams tells the files apart.
//
// Files are read in order of their first packets, those of equal time by name. A
// file that begins where another one ends follows it, and packets keep the order
// that they have in the files. Where files overlap, packets are taken from them by
// time, those of equal time from the earlier file first, and those of one file in
// its order. Only files that overlap are open at the same time, with a slab each.
//
// A sensor that writes packets a little out of order does so at the seams
// too. Therefore a file also follows another one if it begins before that one's
// latest packet by no more than packets go back within either of them.
type Joined struct {
	members  []*Member // in order
	identity Identity
	strands  []*strand // members that have begun and not ended, in order
	next     int       // members from here on have not begun
	packets  int64
	end      error // what Read returns once it has no packets

	mu     sync.Mutex // guards done and open, which Info reads
	done   int64      // bytes of the members that have ended
	open   []Source
	static Info
}

// Join looks through the files and puts them in order. A file whose bytes another
// one has too is left out. Any file that cannot be read, or is no capture, is an
// error. Nothing stays open until Read; the caller closes the source.
func Join(ctx context.Context, inputs []Input) (*Joined, error) {
	j := &Joined{}
	seen := map[string]bool{}
	for _, in := range inputs {
		m, err := survey(ctx, in)
		if err != nil {
			return nil, err
		}
		if !seen[m.ID] {
			seen[m.ID] = true
			j.members = append(j.members, m)
		}
	}
	if len(j.members) == 0 {
		return nil, errors.New("join captures: there are none")
	}
	slices.SortFunc(j.members, func(a, b *Member) int {
		if empty := cmp.Compare(min(1, b.Packets), min(1, a.Packets)); empty != 0 {
			return empty // files without packets come last
		}
		return cmp.Or(cmp.Compare(a.first, b.first), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	j.identify()
	j.sumUp()
	return j, nil
}

// identify gives the set of files an identity, which does not depend on their
// names or order. A single file keeps its own.
func (j *Joined) identify() {
	var ids []string
	for _, m := range j.members {
		ids = append(ids, m.ID)
		j.identity.Bytes += m.Bytes
	}
	if len(ids) == 1 {
		j.identity.ID = ids[0]
		return
	}
	slices.Sort(ids)
	h := blake3.New(16, nil)
	io.WriteString(h, "joined captures\n"+strings.Join(ids, "\n"))
	j.identity.ID = hex.EncodeToString(h.Sum(nil))
}

// sumUp makes one Info of those of the files.
func (j *Joined) sumUp() {
	var formats, warnings []string
	for _, m := range j.members {
		if !slices.Contains(formats, m.info.Format) {
			formats = append(formats, m.info.Format)
		}
		for _, l := range m.info.Links {
			if !slices.Contains(j.static.Links, l) {
				j.static.Links = append(j.static.Links, l)
			}
		}
		if m.info.Warning != "" {
			warnings = append(warnings, m.Name+": "+m.info.Warning)
		}
		if m.info.DroppedKnown {
			j.static.DroppedKnown = true
			j.static.Dropped = addDrops(j.static.Dropped, m.info.Dropped)
		}
	}
	j.static.Format, j.static.Warning = strings.Join(formats, ","), strings.Join(warnings, "; ")
}

// Members returns the files in order. Seam.File counts them.
func (j *Joined) Members() []*Member { return j.members }

// Identity returns the identity of the set of files, whatever they are called. That of a
// single file is the file's own.
func (j *Joined) Identity() Identity { return j.identity }

// Info returns what is known of all files. It is complete from the beginning,
// but for Consumed, and safe for concurrent use.
func (j *Joined) Info() Info {
	info := j.static
	info.Links = slices.Clone(info.Links)
	j.mu.Lock()
	defer j.mu.Unlock()
	info.Consumed = j.done
	for _, s := range j.open {
		info.Consumed += s.Info().Consumed
	}
	return info
}

// Close gives up the files that are open. The source must not be read afterwards.
func (j *Joined) Close() error {
	var errs []error
	for _, t := range j.strands {
		errs = append(errs, t.source.Close())
	}
	j.strands = nil
	return errors.Join(errs...)
}

// begin opens the next member.
func (j *Joined) begin() error {
	m := j.members[j.next]
	source, err := Open(m.Path)
	if err != nil {
		return err
	}
	j.strands = append(j.strands, &strand{source: source, member: m, file: j.next})
	j.next++
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open = append(j.open, source)
	return nil
}

// finish closes a member that has come to its end.
func (j *Joined) finish(t *strand) error {
	j.strands = slices.DeleteFunc(j.strands, func(x *strand) bool { return x == t })
	j.mu.Lock()
	j.done += t.member.Bytes
	j.open = slices.DeleteFunc(j.open, func(s Source) bool { return s == t.source })
	j.mu.Unlock()
	if err := t.source.Close(); err != nil {
		return err
	}
	if t.given != t.member.Packets {
		return fmt.Errorf("%s changed while it was read: %d packets, and %d before", t.member.Path, t.given, t.member.Packets)
	}
	return nil
}

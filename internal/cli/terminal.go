package cli

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// terminal returns the file behind w when a person watches it.
func terminal(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// useColor follows --color, then NO_COLOR (no-color.org) and FORCE_COLOR (force-color.org), then whether a terminal shows the output.
func useColor(when string, w io.Writer) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		_, ok := terminal(w)
		ok = ok && os.Getenv("TERM") != "dumb" || os.Getenv("FORCE_COLOR") != ""
		return ok && os.Getenv("NO_COLOR") == "", nil
	}
	return false, fmt.Errorf("--color %q: use auto, always or never", when)
}

func terminalWidth(w io.Writer) int {
	if f, ok := terminal(w); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 0
}

// progress is a line on standard error that counts the files, for runs long enough to wonder about.
type progress struct {
	w     io.Writer
	total int
	count atomic.Int64
	start time.Time
	last  atomic.Int64 // when the line was last drawn, in nanoseconds since start
	drawn atomic.Bool
}

const (
	progressAfter = 500 * time.Millisecond
	progressEvery = 100 * time.Millisecond
)

func (a *app) progress(total int) *progress {
	p := &progress{total: total, start: time.Now()}
	if _, ok := terminal(a.screen); ok {
		p.w = a.screen
	}
	return p
}

// step counts one file; it may be called from many goroutines.
func (p *progress) step() {
	n := p.count.Add(1)
	if p.w == nil {
		return
	}
	now, last := int64(time.Since(p.start)), p.last.Load()
	if now < int64(progressAfter) || now-last < int64(progressEvery) || !p.last.CompareAndSwap(last, now) {
		return
	}
	p.drawn.Store(true)
	fmt.Fprintf(p.w, "\r\x1b[Klinting %d of %d", n, p.total)
}

// done takes the line away.
func (p *progress) done() {
	if p.drawn.Load() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// tuneMemory collects garbage less often than Go would: a run is short, and its heap small. The first collection comes so late that a run
// over a few files has none: nearly all that loading the rules makes stays in use. GOGC in the environment wins.
func (a *app) tuneMemory() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(1400) // of the smallest heap, 4 MB
	first := new([32]byte)   // smaller ones share their memory, and may live on
	runtime.SetFinalizer(first, func(*[32]byte) {
		if !a.stays.Load() {
			manyFiles()
		}
	})
}

// stay is told that the run lasts as long as an editor: memory is for others too then.
func (a *app) stay() {
	a.stays.Store(true)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// manyFiles is told when the heap will not stay small.
func manyFiles() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

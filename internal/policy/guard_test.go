package policy

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/topdown"
)

// TestGuard gives a guard work of every kind.
func TestGuard(t *testing.T) {
	obedient := func(c topdown.Cancel) (int, error) {
		for !c.Cancelled() {
			time.Sleep(time.Millisecond)
		}
		return 0, errors.New("cancelled")
	}
	release := make(chan bool)
	defer close(release)
	var hoard [][]byte
	work := map[string]func(topdown.Cancel) (int, error){
		"quick":  func(topdown.Cancel) (int, error) { return 7, nil },
		"wrong":  func(topdown.Cancel) (int, error) { return 0, errors.New("wrong") },
		"panics": func(topdown.Cancel) (int, error) { panic("illegal value") },
		"slow":   obedient,
		"deaf":   func(topdown.Cancel) (int, error) { <-release; return 0, nil },
		"hoarding": func(c topdown.Cancel) (int, error) {
			for hoard = nil; !c.Cancelled(); time.Sleep(time.Millisecond) {
				hoard = append(hoard, make([]byte, 1<<20))
			}
			hoard = nil
			return 0, errors.New("cancelled")
		},
	}
	g := newGuard(Runaways{Known: []string{"known"}}.In(context.Background()))
	for _, step := range []struct{ name, want string }{
		{"quick", ""},
		{"wrong", "wrong"},
		{"panics", "OPA panics: illegal value"},
		{"slow", "it took too long and was stopped"},
		{"slow", "it took too long and was stopped"},
		{"slow", "it took too long and was stopped, again; it is left out from now on"},
		{"slow", "it took too long and was stopped, again; it is left out from now on"},
		{"deaf", "it took too long and cannot be stopped; it is left out from now on"},
		{"deaf", "it took too long and cannot be stopped; it is left out from now on"},
		{"hoarding", "it took more than 128 MiB of memory and was stopped"},
		{"known", "it took more than 128 MiB of memory and cannot be stopped; it is left out from now on"},
		{"quick", ""},
	} {
		limit := 50 * time.Millisecond
		if step.name == "hoarding" {
			limit = time.Minute
		}
		// What comes before and behind it is done all the same.
		quick := task[int]{"quick", within(time.Minute), work["quick"]}
		done := run(t.Context(), g, quick, task[int]{step.name, within(limit), work[step.name]}, quick, quick)
		if len(done) != 4 || done[0].result != 7 || done[2].result != 7 || done[3].result != 7 {
			t.Errorf("%s: beside it: %v", step.name, done)
		}
		got := ""
		if err := done[1].err; err != nil {
			got = err.Error()
		}
		if got != step.want || (got == "") != (done[1].result == 7) {
			t.Errorf("%s: %v, want %q", step.name, done[1], step.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	slow := task[int]{"slow", within(time.Minute), obedient}
	if done := run(ctx, newGuard(ctx), slow, slow); len(done) != 1 || done[0].err != context.Canceled {
		t.Errorf("interrupted: %v", done)
	}
}

// TestMeter: many runs at once may take more together.
func TestMeter(t *testing.T) {
	runtime.GC()
	alone := newMeter(32 << 20)
	many := alone
	hoard := make([]byte, 40<<20+garbage)
	if !alone.over(0) || many.over(5) {
		t.Errorf("%d MiB: alone %v, beside others %v", len(hoard)>>20, alone.full, many.full)
	}
	runtime.KeepAlive(hoard)
}

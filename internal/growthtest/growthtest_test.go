package growthtest_test

import (
	"testing"

	"github.com/plimline/plimline/internal/growthtest"
)

// failing notes whether a test would have failed.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Errorf(string, ...any) { f.failed = true }
func (f *failing) Logf(string, ...any)   {}

// spin works for a number of steps.
func spin(steps int) {
	x := 1
	for range steps {
		x = x*1664525 + 1013904223
	}
	sink = x
}

var sink int

func TestLinear(t *testing.T) {
	for _, test := range []struct {
		name string
		work func(n int)
		fail bool
	}{
		{"linear", func(n int) { spin(n * 20_000) }, false},
		{"square", func(n int) { spin(n * n) }, true},
	} {
		f := &failing{TB: t}
		growthtest.Linear(f, 20_000, test.work)
		if f.failed != test.fail {
			t.Errorf("%s: failed is %v", test.name, f.failed)
		}
	}
}

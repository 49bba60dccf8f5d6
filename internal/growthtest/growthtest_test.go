package growthtest_test

import (
	"testing"
	"time"

	"github.com/plimline/plimline/internal/growthtest"
)

// failing notes whether a test would have failed.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Errorf(string, ...any) { f.failed = true }
func (f *failing) Logf(string, ...any)   {}

func TestLinear(t *testing.T) {
	for _, test := range []struct {
		name string
		work func(n int)
		fail bool
	}{
		{"linear", func(n int) { time.Sleep(time.Duration(n) * time.Millisecond) }, false},
		{"square", func(n int) { time.Sleep(time.Duration(n*n/160) * time.Millisecond) }, true},
	} {
		f := &failing{TB: t}
		growthtest.Linear(f, 160, test.work)
		if f.failed != test.fail {
			t.Errorf("%s: failed is %v", test.name, f.failed)
		}
	}
}

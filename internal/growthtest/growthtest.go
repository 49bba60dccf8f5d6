// Package growthtest tells work that grows with its input from work that grows with its square, whatever the machine and its load.
package growthtest

import (
	"testing"
	"time"
)

const (
	times   = 8                      // how much larger the large input is
	most    = 4 * times              // what the large one may take, counted in small ones: between times and times squared
	trifle  = 100 * time.Millisecond // less than this says nothing
	samples = 4
)

// Linear fails the test when work with n takes far more than eight times what it takes with an eighth of n. A busy machine makes single runs slow,
// never fast: the fastest of a few counts.
func Linear(tb testing.TB, n int, work func(n int)) {
	tb.Helper()
	small, large := time.Duration(1<<62), time.Duration(1<<62)
	for range samples {
		large = min(large, timed(work, n))
		if large < trifle {
			return
		}
		small = min(small, timed(work, n/times))
		if large <= most*small {
			tb.Logf("%d takes %.1f times what %d takes", n, float64(large)/float64(small), n/times)
			return
		}
	}
	tb.Errorf("%d takes %.0f times what %d takes", n, float64(large)/float64(small), n/times)
}

func timed(work func(int), n int) time.Duration {
	start := time.Now()
	work(n)
	return time.Since(start)
}

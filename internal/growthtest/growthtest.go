// Package growthtest tells work that grows with its input from work that grows with its square, whatever the machine and its load.
package growthtest

import (
	"runtime"
	"testing"
	"time"
)

const (
	times   = 8                      // how much larger the large input is
	most    = 4 * times              // what the large one may take, counted in small ones: between times and times squared
	trifle  = 100 * time.Millisecond // less than this says nothing
	good    = 2 * times              // with so little no further sample is needed
	samples = 6
)

// Linear fails the test when work with n takes far more than eight times the processor time that it takes with an eighth of n. Others on the machine
// make single runs dearer, never cheaper: the cheapest of a few counts.
func Linear(tb testing.TB, n int, work func(n int)) {
	tb.Helper()
	small, large := time.Duration(1<<62), time.Duration(1<<62)
	for range samples {
		large = min(large, timed(work, n))
		if large < trifle {
			return
		}
		small = min(small, timed(work, n/times))
		if large <= good*small {
			break
		}
	}
	report := tb.Logf
	if large > most*small {
		report = tb.Errorf
	}
	report("%d takes %.1f times what %d takes", n, float64(large)/float64(small), n/times)
}

func timed(work func(int), n int) time.Duration {
	// What tests before have left lets a small input get by without a collection that a large one has to pay for.
	runtime.GC()
	start := used()
	work(n)
	return used() - start
}

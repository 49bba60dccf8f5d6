package policy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// What strangers' policies may take beside what one call of a built-in function may (bounds.go).
const (
	// maxMemory is the bytes that an evaluation may add to the memory in use, maxLoad those that reading all of the user's policies may,
	// maxCompile those that compiling a source may, and maxStack what any of them may to the stacks.
	maxMemory  = 128 << 20
	maxLoad    = 128 << 20
	maxCompile = 256 << 20
	maxStack   = 64 << 20
	// tick is how often that is looked at, and garbage the bytes between two times that it is collected.
	tick    = 5 * time.Millisecond
	garbage = 64 << 20
	// grace is what something has to end in once it is told to.
	grace = 2 * time.Second
	// maxTimes is how often a rule may be stopped before it is left out.
	maxTimes = 3
	// lastResort is the bytes that something which cannot be stopped may take before it takes the process with it.
	lastResort = 256 << 20
	// perRun is the bytes more that may be added, to the heap or the stacks, for each other run that is under way: on a machine with many
	// processors, what many modest ones take together is no reason to stop any.
	perRun = 16 << 20
	// patience is how long a run gets to end, once all are told to, before it is taken for the one that cannot be stopped.
	patience = 100 * time.Millisecond
)

// stopped is the error of something that went past a bound.
type stopped struct {
	what string // it did
	end  end
}

// end is what became of it.
type end int

const (
	ended   end = iota
	goesOn      // it could not be stopped, and still goes on for nobody
	leftOut     // it was stopped once too often
)

func (e stopped) Error() string {
	return e.what + [...]string{" and was stopped", " and cannot be stopped; it is left out from now on", " and was stopped, again; it is left out from now on"}[e.end]
}

var errTime = stopped{what: "it took too long"}

func outOfMemory(most uint64) stopped {
	return stopped{what: fmt.Sprintf("it took more than %d MiB of memory", most>>20)}
}

// Runaways says what is to become of rules that can neither be stopped nor bounded. OPA has such spots, in which it looks at nothing but the values
// it compares, and no goroutine can be ended from outside.
type Runaways struct {
	// Known are to be left out: the names of rules, and of sources that could not be compiled.
	Known []string
	// Found is told of one more, whose memory grows. It may start the process again, without it; when it returns, the process ends.
	Found func(name string)
}

type runawaysKey struct{}

// In is a context for loading policies that have these runaways.
func (r Runaways) In(ctx context.Context) context.Context {
	return context.WithValue(ctx, runawaysKey{}, r)
}

// guard runs what strangers wrote, within bounds of time and memory. It is safe for concurrent use.
type guard struct {
	// alone is held for writing by a run that is the only one: memory is counted for the process as a whole.
	alone sync.RWMutex
	runs  atomic.Int64      // under way
	found func(name string) // may be nil

	mu    sync.Mutex
	load  meter              // since there is nothing loaded; of no use when there are no sources
	times map[string]int     // how often something was stopped
	lost  map[string]stopped // what is left out
}

func newGuard(ctx context.Context) *guard {
	r, _ := ctx.Value(runawaysKey{}).(Runaways)
	g := &guard{found: r.Found, times: map[string]int{}, lost: map[string]stopped{}}
	for _, name := range r.Known {
		g.lost[name] = stopped{outOfMemory(maxMemory).what, goesOn}
	}
	return g
}

// room reports, in an error, that the user's policies that have been read so far are too many for one more file. That does not concern sources that
// are small themselves.
func (m *module) room() error {
	if m.source == nil || m.source.size <= maxRego {
		return nil
	}
	g := m.source.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.load.over(0) {
		return fmt.Errorf("%s: not read: the policies before it take more than %d MiB of memory", m.file, maxLoad>>20)
	}
	return nil
}

// task is some work, which is to end soon after it is cancelled.
type task[T any] struct {
	name  string
	limit func() time.Duration // the time it gets
	work  func(topdown.Cancel) (T, error)
}

type outcome[T any] struct {
	result T
	err    error // the work's, or a stopped, or the context's
}

// run does tasks, one after the other. Those that could not be stopped are not done again. When the context ends, the outcomes end with it.
func run[T any](ctx context.Context, g *guard, tasks ...task[T]) []outcome[T] {
	var a apart
	defer a.close()
	m := newMeter(maxMemory)
	var out []outcome[T]
	for len(out) < len(tasks) {
		rest := tasks[len(out):]
		g.alone.RLock()
		g.runs.Add(1)
		done := attempt(ctx, g, &a, m, rest)
		g.runs.Add(-1)
		g.alone.RUnlock()
		at := len(done) - 1
		if done[at].err == error(outOfMemory(m.most)) {
			// Some run takes too much. Which one shows when each is by itself.
			g.alone.Lock()
			runtime.GC()
			done[at] = attempt(ctx, g, &a, newMeter(m.most), rest[at:at+1])[0]
			g.alone.Unlock()
		}
		done[at].err = g.count(rest[at].name, done[at].err)
		if out = append(out, done...); ctx.Err() != nil {
			break
		}
	}
	return out
}

// others is how many runs are under way beside the one that asks, which may be none that is counted.
func (g *guard) others() uint64 { return uint64(max(0, g.runs.Load()-1)) }

// count counts how often a rule was stopped. A run over many files is not to wait for it at each of them.
func (g *guard) count(name string, err error) error {
	end, ok := err.(stopped)
	if !ok || end.end != ended {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.times[name]++; g.times[name] >= maxTimes {
		end.end = leftOut
		g.lost[name] = end
	}
	return end
}

// compile compiles a source's modules, which cannot be cancelled. The compiler must not be used when there is an error.
func (g *guard) compile(ctx context.Context, name string, c *ast.Compiler, modules map[string]*ast.Module) error {
	err, lost := g.left(name)
	if !lost {
		var a apart
		defer a.close()
		done := attempt(ctx, g, &a, newMeter(maxCompile), []task[bool]{{name, within(defaultTime), func(topdown.Cancel) (bool, error) {
			if c.Compile(modules); !c.Failed() {
				bind(c)
			}
			return true, nil
		}}})
		if err, lost = done[0].err.(stopped); !lost {
			return done[0].err
		}
	}
	return errors.New("compiling the policies: " + err.what)
}

func (g *guard) lose(name string, err stopped) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lost[name] = err
}

func (g *guard) left(name string) (stopped, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	err, lost := g.lost[name]
	return err, lost
}

// apart is a goroutine for one thing after the other that may have to be left behind. It is kept from one to the next since its stack has to grow.
type apart struct {
	jobs   chan func()
	ticker *time.Ticker
}

func (a *apart) do(job func()) {
	if a.jobs == nil {
		a.jobs, a.ticker = make(chan func()), time.NewTicker(tick)
		go func(jobs <-chan func()) {
			for job := range jobs {
				job()
			}
		}(a.jobs)
	}
	a.jobs <- job
}

// close ends the goroutine when it is done. The next job gets another one.
func (a *apart) close() {
	if a.jobs != nil {
		close(a.jobs)
		a.ticker.Stop()
	}
	a.jobs = nil
}

func within(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// series is what the goroutine that does tasks and the one that watches it share.
type series[T any] struct {
	mu     sync.Mutex
	done   []outcome[T]
	cancel topdown.Cancel // of the task that is under way; nil when there is none
	end    time.Time      // of its time
	why    error          // it is to end
	gone   bool           // nobody waits for it any more
}

// attempt does tasks until one is stopped, one at least.
func attempt[T any](ctx context.Context, g *guard, a *apart, m meter, tasks []task[T]) []outcome[T] {
	s := &series[T]{}
	finished := make(chan bool)
	a.do(func() {
		defer close(finished)
		for _, t := range tasks {
			if !s.do(ctx, g, t) {
				return
			}
		}
	})
	ended := ctx.Done()
	for {
		select {
		case <-finished:
			return s.done
		case <-ended:
			s.mu.Lock()
			s.stop(ctx.Err())
			s.mu.Unlock()
			ended = nil
		case now := <-a.ticker.C:
			if s.look(now, g, &m, tasks) {
				continue
			}
			a.close()
			go watchLost(g, m, tasks[len(s.done)-1].name, finished)
			return s.done
		}
	}
}

// do does a task. It reports whether the next one may be done.
func (s *series[T]) do(ctx context.Context, g *guard, t task[T]) bool {
	var o outcome[T]
	err, lost := g.left(t.name)
	if o.err = err; !lost {
		cancel, limit := topdown.NewCancel(), t.limit()
		s.mu.Lock()
		s.cancel, s.end, s.why = cancel, time.Now().Add(limit), nil
		s.mu.Unlock()
		if o.err = ctx.Err(); o.err == nil {
			o = t.do(cancel)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return false
	}
	stop := s.why != nil && o.err != nil
	if stop {
		o.err = s.why
	}
	s.cancel, s.done = nil, append(s.done, o)
	return !stop && ctx.Err() == nil
}

func (t task[T]) do(cancel topdown.Cancel) (o outcome[T]) {
	defer func() {
		if r := recover(); r != nil {
			o.err = fmt.Errorf("OPA panics: %.200s", fmt.Sprint(r))
		}
	}()
	o.result, o.err = t.work(cancel)
	return o
}

// stop has the task that is under way end.
func (s *series[T]) stop(why error) {
	if s.cancel != nil {
		s.cancel.Cancel()
		s.why, s.end = why, time.Now().Add(grace)
	}
}

// look looks whether the task that is under way keeps within its bounds, and stops it if not. It reports false, and what has become of it is the
// last outcome, when it does not let itself be stopped.
func (s *series[T]) look(now time.Time, g *guard, m *meter, tasks []task[T]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.cancel == nil:
	case s.why != nil && now.After(s.end):
		if err, ok := s.why.(stopped); ok {
			err.end = goesOn
			g.lose(tasks[len(s.done)].name, err)
			s.why = err
		}
		s.gone, s.done = true, append(s.done, outcome[T]{err: s.why})
		return false
	case s.why != nil:
		if g.others() == 0 || now.After(s.end.Add(patience-grace)) {
			g.lastResort(*m, tasks[len(s.done)].name)
		}
	case now.After(s.end):
		s.stop(errTime)
	case m.over(g.others()):
		s.stop(outOfMemory(m.most))
	}
	return true
}

// watchLost looks at the memory until what cannot be stopped ends by itself.
func watchLost(g *guard, m meter, name string, done <-chan bool) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
			g.lastResort(m, name)
		}
	}
}

// lastResort ends the process when something that cannot be stopped has taken too much.
func (g *guard) lastResort(m meter, name string) {
	most := m.heap + m.stacks + lastResort + g.others()*perRun
	heap, stacks := m.read()
	if heap+stacks > most && g.others() > 0 {
		runtime.GC() // what others have left behind does not count
		heap, stacks = m.read()
	}
	if heap+stacks <= most {
		return
	}
	if g.found != nil {
		g.found(name)
	}
	fmt.Fprintf(os.Stderr, "plimline: %q takes more than %d MiB of memory and cannot be stopped; giving up\n", name, lastResort>>20)
	os.Exit(2)
}

// meter says how much memory the process has come to use since it was made.
type meter struct {
	most         uint64 // bytes that may be added
	heap, stacks uint64 // bytes at the start
	look         uint64 // bytes of heap from which on it is worth to count
	full         bool
}

func newMeter(most uint64) meter {
	m := meter{most: most}
	m.heap, m.stacks = m.read()
	m.look = m.heap + garbage
	return m
}

// read is the bytes of heap, garbage among them, and of stacks.
func (*meter) read() (heap, stacks uint64) {
	samples := [2]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples[:])
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}

// over reports whether more has been added than may be, with so many other runs under way. Garbage does not count.
func (m *meter) over(others uint64) bool {
	spare := others * perRun
	if heap, stacks := m.read(); m.full || heap < m.look+spare && stacks <= m.stacks+maxStack+spare {
		return m.full
	}
	runtime.GC()
	heap, stacks := m.read()
	m.look = heap + garbage
	m.full = heap > m.heap+m.most+spare || stacks > m.stacks+maxStack+spare
	return m.full
}

package baseline

import "sync"

// Cache reads each baseline once. It is safe for concurrent use; the zero Cache is empty.
type Cache struct {
	// None has no finding known: a baseline is being written.
	None bool

	mu    sync.Mutex
	files map[string]func() (*Baseline, error)
}

// Of is the baseline in a file, nil for the file "".
func (c *Cache) Of(file string) (*Baseline, error) {
	if file == "" || c.None {
		return nil, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	read, ok := c.files[file]
	if !ok {
		if c.files == nil {
			c.files = map[string]func() (*Baseline, error){}
		}
		read = sync.OnceValues(func() (*Baseline, error) { return Read(file) })
		c.files[file] = read
	}
	return read()
}

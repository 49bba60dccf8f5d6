package lsp

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lookForParent is how often the editor's process is looked for.
const lookForParent = 2 * time.Second

// outlive ends the session when the editor's process is gone: its end of standard input may be held open by another program that it started.
// A process that is not to be seen from here is none to wait for: the editor may be outside of a container, and Windows tells otherwise.
func (s *server) outlive(pid int) {
	if pid <= 0 {
		return
	}
	parent, err := os.FindProcess(pid)
	if err != nil || !alive(parent) {
		return
	}
	s.spawn(func() {
		defer parent.Release()
		for alive(parent) {
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(lookForParent):
			}
		}
		_ = s.conn.Close()
	})
}

func alive(p *os.Process) bool {
	err := p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

//go:build !unix

package cli

// replace does nothing: a process cannot be replaced here.
func replace([]string, string) {}

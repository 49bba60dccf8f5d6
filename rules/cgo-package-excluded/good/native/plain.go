//go:build !cgo

package native

func Call() int { return 42 }

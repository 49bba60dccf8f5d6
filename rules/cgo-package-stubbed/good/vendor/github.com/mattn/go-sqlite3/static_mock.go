//go:build !cgo

package sqlite3

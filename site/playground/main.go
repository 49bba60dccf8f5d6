//go:build js && wasm

// Command playground is plimline in a web page: it gives the page a function plimline, which takes a request and returns an answer of
// internal/playground, both in JSON.
package main

import (
	"context"
	"syscall/js"

	"github.com/plimline/plimline/internal/playground"
)

func main() {
	var p playground.Playground
	js.Global().Set("plimline", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(p.Do(context.Background(), []byte(args[0].String())))
	}))
	select {}
}

// Reads a report on standard input as reviewdog does.
package main

import (
	"fmt"
	"os"

	"github.com/reviewdog/reviewdog/parser"
)

func main() {
	p, err := parser.New(&parser.Option{FormatName: os.Args[1]})
	if err == nil {
		diagnostics, e := p.Parse(os.Stdin)
		for _, d := range diagnostics {
			start := d.GetLocation().GetRange().GetStart()
			fmt.Printf("reviewdog-%s\t%s\t%d\t%d\t%s\n", os.Args[1], d.GetLocation().GetPath(), start.GetLine(), start.GetColumn(), d.GetCode().GetValue())
		}
		err = e
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

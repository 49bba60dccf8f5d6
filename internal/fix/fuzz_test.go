package fix_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/source"
)

// FuzzFix holds what is mended to what every file must give: valid stays valid, no instruction is lost but those that a fix deletes, and
// a second run changes nothing.
func FuzzFix(f *testing.F) {
	for _, seed := range []string{
		"from a as B\nMAINTAINER x\nENV A 1\nADD x y\nCMD x\nCMD y\n",
		"FROM golang:1.22 AS b\nRUN go build -a \\\n  -o /app .\nFROM scratch\nCOPY --from=0 /app /app\nUSER app\nENTRYPOINT /app\n",
		"FROM debian\nRUN apt update && \\\n\n  apt install $X\nEXPOSE 1:80/TCP\nRUN sudo cat x | egrep y\r\n",
		"FROM alpine\nRUN <<EOF\napk add x\nEOF\nENV \"a\" b 'c\n",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	l, set := setup(f, "all")
	f.Fuzz(func(t *testing.T, text string, unsafe bool) {
		if len(text) > 2000 {
			t.Skip()
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		fixer := &fix.Fixer{Linter: l, Unsafe: unsafe}
		src := source.NewFile("Dockerfile", []byte(text))
		r, err := fixer.File(ctx, src, buildcontext.Context{}, set)
		if errors.Is(err, context.DeadlineExceeded) {
			t.Fatal("it does not end")
		}
		if err != nil {
			t.Skip(err)
		}
		before, after := dockerfile.Parse(src), dockerfile.Parse(r.Source)
		if len(after.Problems) > len(before.Problems) {
			t.Errorf("no longer valid: %s\n%q", after.Problems[len(after.Problems)-1].Message, r.Source.Bytes)
		}
		again, err := fixer.File(ctx, r.Source, buildcontext.Context{}, set)
		if err != nil {
			t.Skip(err)
		}
		if len(again.Applied) > 0 {
			t.Errorf("a second run mends %v\n%q\n%q", again.Applied, r.Source.Bytes, again.Source.Bytes)
		}
	})
}

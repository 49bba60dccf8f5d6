package dockerfile

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/plimline/plimline/internal/source"
)

// decode is the file as text. A problem with an empty text says that there is nothing to read in it.
// In a file that is UTF-8 but for some bytes, those are "?" so that all offsets stay.
func decode(content []byte) (string, *Problem) {
	problem := func(start, end int, message string) *Problem {
		return &Problem{ProblemEncoding, source.Span{Start: start, End: end}, message}
	}
	switch nul := bytes.IndexByte(content, 0); {
	case bytes.HasPrefix(content, []byte("\xFF\xFE")), bytes.HasPrefix(content, []byte("\xFE\xFF")):
		return "", problem(0, 2, "the file is UTF-16; BuildKit reads UTF-8")
	case nul >= 0:
		return "", problem(nul, nul+1, "the file is binary (it has a NUL byte)")
	case utf8.Valid(content):
		return string(content), nil
	}
	var first *Problem
	text := bytes.Clone(content)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			if first == nil {
				first = problem(i, i+1, fmt.Sprintf("the file is not UTF-8 (byte 0x%02x)", text[i]))
			}
			text[i] = '?'
		}
		i += size
	}
	return string(text), first
}

// Package source holds the bytes of a file, its line table and the spans that point into it.
//
// Everything inside plimline speaks in byte offsets; lines and columns are made from them
// only where a finding is shown.
package source

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// Span is a half-open range [Start, End) of byte offsets into a file, 0-based.
type Span struct {
	Start, End int
}

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether o lies within s.
func (s Span) Contains(o Span) bool { return s.Start <= o.Start && o.End <= s.End }

// Overlaps reports whether the two spans share a byte.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }

// Compare orders spans by start, then end.
func (s Span) Compare(o Span) int {
	if s.Start != o.Start {
		return s.Start - o.Start
	}
	return s.End - o.End
}

// File is an immutable file: its name as the user gave it and its bytes as they are on disk,
// byte order mark and line endings included.
type File struct {
	Path  string
	Bytes []byte
	lines []int // offset of the first byte of each line
}

// NewFile makes the line table of content. A line ends after "\n"; a "\r" before it belongs to the line end.
func NewFile(path string, content []byte) *File {
	lines := make([]int, 1, bytes.Count(content, []byte{'\n'})+1)
	for i, b := range content {
		if b == '\n' {
			lines = append(lines, i+1)
		}
	}
	return &File{Path: path, Bytes: content, lines: lines}
}

// Text returns the bytes of the span. A span outside the file is cut to it.
func (f *File) Text(s Span) string {
	start, end := max(0, min(s.Start, len(f.Bytes))), max(0, min(s.End, len(f.Bytes)))
	if start >= end {
		return ""
	}
	return string(f.Bytes[start:end])
}

// Lines is the number of lines; a file that ends in a newline has an empty last line.
func (f *File) Lines() int { return len(f.lines) }

// Line is the 1-based number of the line that holds the offset.
func (f *File) Line(offset int) int {
	return sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset })
}

// LineSpan is the span of the 1-based line without its line end.
func (f *File) LineSpan(line int) Span {
	start, end := f.lines[line-1], len(f.Bytes)
	if line < len(f.lines) {
		end = f.lines[line] - 1
	}
	if end > start && f.Bytes[end-1] == '\r' {
		end--
	}
	return Span{start, end}
}

// Position is a place as people and other tools count it: 1-based line, 1-based column.
type Position struct {
	Line, Column int
}

// Position counts columns in Unicode code points, as editors, SARIF's unicodeCodePoints and compilers' users do.
// A byte order mark at the start of the file is not counted.
func (f *File) Position(offset int) Position {
	line, before := f.before(offset)
	return Position{line, utf8.RuneCount(before) + 1}
}

// PositionUTF16 counts columns in UTF-16 code units.
func (f *File) PositionUTF16(offset int) Position {
	line, before := f.before(offset)
	units := 0
	for _, r := range string(before) {
		units++
		if r > 0xFFFF {
			units++
		}
	}
	return Position{line, units + 1}
}

func (f *File) before(offset int) (line int, text []byte) {
	offset = max(0, min(offset, len(f.Bytes)))
	line = f.Line(offset)
	text = f.Bytes[f.lines[line-1]:offset]
	if line == 1 {
		text = bytes.TrimPrefix(text, []byte(BOM))
	}
	return line, text
}

// BOM is the UTF-8 byte order mark.
const BOM = "\xEF\xBB\xBF"

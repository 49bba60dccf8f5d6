package source_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/source"
)

func TestPositions(t *testing.T) {
	f := source.NewFile("x", []byte("\xEF\xBB\xBFa\r\né🚀b\n"))
	tests := []struct {
		offset int
		points source.Position
		units  source.Position
	}{
		{0, source.Position{Line: 1, Column: 1}, source.Position{Line: 1, Column: 1}},
		{3, source.Position{Line: 1, Column: 1}, source.Position{Line: 1, Column: 1}},
		{4, source.Position{Line: 1, Column: 2}, source.Position{Line: 1, Column: 2}},
		{6, source.Position{Line: 2, Column: 1}, source.Position{Line: 2, Column: 1}},
		{8, source.Position{Line: 2, Column: 2}, source.Position{Line: 2, Column: 2}},
		{12, source.Position{Line: 2, Column: 3}, source.Position{Line: 2, Column: 4}},
		{14, source.Position{Line: 3, Column: 1}, source.Position{Line: 3, Column: 1}},
		{99, source.Position{Line: 3, Column: 1}, source.Position{Line: 3, Column: 1}},
	}
	for _, tt := range tests {
		if got := f.Position(tt.offset); got != tt.points {
			t.Errorf("%d is at %v, want %v", tt.offset, got, tt.points)
		}
		if got := f.PositionUTF16(tt.offset); got != tt.units {
			t.Errorf("%d is at %v in UTF-16, want %v", tt.offset, got, tt.units)
		}
	}
	if f.Lines() != 3 || f.LineSpan(1) != (source.Span{Start: 0, End: 4}) || f.LineSpan(3) != (source.Span{Start: 14, End: 14}) {
		t.Errorf("%d lines, %v, %v", f.Lines(), f.LineSpan(1), f.LineSpan(3))
	}
	if got := f.Text(source.Span{Start: 4, End: 1000}); got != "\r\né🚀b\n" {
		t.Errorf("text %q", got)
	}
}

func TestText(t *testing.T) {
	f := source.NewFile("x", []byte("ab \\\n  cd"))
	var b source.Builder
	b.Add("ab ", 0)
	b.Add("  c", 5)
	b.Add("d", 8)
	text := b.Text()
	var got []string
	for _, x := range [][2]int{{0, 2}, {0, 7}, {2, 4}, {5, 7}, {7, 7}, {3, 3}} {
		got = append(got, text.String[x[0]:x[1]]+"|"+f.Text(text.Span(x[0], x[1])))
		if sliced := text.Slice(x[0], x[1]); x[0] < x[1] && sliced.Span(0, len(sliced.String)) != text.Span(x[0], x[1]) {
			t.Errorf("slice %v maps to %v", x, sliced.Span(0, len(sliced.String)))
		}
	}
	want := []string{"ab|ab", "ab   cd|ab \\\n  cd", "  | \\\n ", "cd|cd", "|", "|"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var c source.Builder
	c.AddText(text.Slice(1, 4))
	c.AddText(text.Slice(4, 7))
	if c.Text().String != "b   cd" || c.Text().Offset(5) != 8 {
		t.Errorf("joined %q, last byte at %d", c.Text().String, c.Text().Offset(5))
	}
}

package inputs

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/plimline/plimline/internal/source"
)

// inline is a Dockerfile that an expression gives, whose value is known. Its bytes have places where the expression is a text; what
// variables and functions give stands for their whole expression.
func (b *bakeFile) inline(expr hcl.Expression, ctx *hcl.EvalContext, value string) *Inline {
	whole := spanOf(expr.Range())
	file := b.files[expr.Range().Filename]
	t, written := placed(file, expr, ctx)
	if t == nil || t.String() != value {
		t, written = &text{}, styleOther
		t.add(value, whole)
	}
	return newInline(file, t, written, source.Span{Start: whole.Start, End: whole.Start})
}

func spanOf(r hcl.Range) source.Span { return source.Span{Start: r.Start.Byte, End: r.End.Byte} }

// placed finds the places of a text's bytes; nil when it is no text.
func placed(file *source.File, expr hcl.Expression, ctx *hcl.EvalContext) (*text, style) {
	if isJSON(file.Path) {
		s := &scanner{src: file.Bytes, at: spanOf(expr.Range()).Start}
		decoded := s.json()
		if decoded == nil {
			return nil, styleOther
		}
		if !bytes.Contains(decoded.bytes, []byte("${")) && !bytes.Contains(decoded.bytes, []byte("%{")) {
			return decoded, styleQuoted
		}
		inner, diags := hclsyntax.ParseTemplate(decoded.bytes, file.Path, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, styleOther
		}
		return parts(inner, ctx, decoded, false), styleQuoted
	}
	all := &text{}
	all.copy(string(file.Bytes), 0)
	expr = chosen(expr, ctx)
	at := spanOf(expr.Range())
	if bytes.HasPrefix(file.Bytes[min(at.Start, len(file.Bytes)):], []byte("<<")) {
		return parts(expr, ctx, all, false), styleBlock
	}
	return parts(expr, ctx, all, true), styleQuoted
}

// chosen is an expression without parentheses, and for a condition the side that counts.
func chosen(expr hcl.Expression, ctx *hcl.EvalContext) hcl.Expression {
	for {
		switch x := expr.(type) {
		case *hclsyntax.ParenthesesExpr:
			expr = x.Expression
		case *hclsyntax.ConditionalExpr:
			yes, diags := x.Condition.Value(ctx)
			if diags.HasErrors() || !yes.IsKnown() || yes.IsNull() || yes.Type() != cty.Bool {
				return expr
			}
			if expr = x.FalseResult; yes.True() {
				expr = x.TrueResult
			}
		default:
			return expr
		}
	}
}

// parts are the pieces of a template, whose ranges count in src.
func parts(expr hcl.Expression, ctx *hcl.EvalContext, src *text, quoted bool) *text {
	var pieces []hclsyntax.Expression
	switch x := expr.(type) {
	case *hclsyntax.TemplateExpr:
		pieces = x.Parts
	case *hclsyntax.LiteralValueExpr:
		pieces = []hclsyntax.Expression{x}
	default:
		return nil
	}
	out := &text{}
	for _, piece := range pieces {
		at := spanOf(piece.Range())
		if at.End > len(src.bytes) || at.Start > at.End {
			return nil
		}
		value, diags := piece.Value(ctx)
		if diags.HasErrors() {
			return nil
		}
		s, known, ok := str(value)
		if !known || !ok {
			return nil
		}
		from := src.slice(at.Start, at.End)
		var exact *text
		switch x := piece.(type) {
		case *hclsyntax.LiteralValueExpr:
			if value.Type() == cty.String {
				if exact = unescaped(from, s, quoted); exact == nil && s != "" {
					exact = aligned(from, s)
				}
			}
		case *hclsyntax.ParenthesesExpr, *hclsyntax.ConditionalExpr:
			// A text in quotes within ${}, or what stands between %{if} and %{endif}.
			ways := []bool{true}
			if !quoted {
				ways = append(ways, false)
			}
			for _, quoted := range ways {
				if side := parts(chosen(x, ctx), ctx, src, quoted); exact == nil && side != nil && side.String() == s {
					exact = side
				}
			}
		}
		if exact != nil {
			out.append(exact)
		} else {
			out.add(s, from.span(0, len(from.bytes), source.Span{}))
		}
	}
	return out
}

// aligned finds want in the bytes of a literal that has lost blanks, to a ~ beside it or to <<-. nil when more than blanks are lost.
func aligned(from *text, want string) *text {
	out := &text{}
	for i := range from.bytes {
		c := from.bytes[i]
		switch {
		case len(out.bytes) < len(want) && c == want[len(out.bytes)]:
			out.append(from.slice(i, i+1))
		case !strings.ContainsRune(" \t\r\n", rune(c)):
			return nil
		}
	}
	if len(out.bytes) < len(want) {
		return nil
	}
	return out
}

// unescaped finds want in all the bytes of a literal: lines lose the indent that <<- takes off, $${ is ${, and within quotes there are
// escapes. nil when that does not give want.
func unescaped(from *text, want string, quoted bool) *text {
	out := &text{}
	s := from.bytes
	lines := strings.SplitAfter(want, "\n")
	line := 0
	begin := true
	for i := 0; i < len(s); {
		if begin && !quoted && line < len(lines) {
			// Spaces in front that want has not are the indent's.
			spaces := len(s[i:]) - len(bytes.TrimLeft(s[i:], " \t"))
			wanted := len(lines[line]) - len(strings.TrimLeft(lines[line], " \t"))
			i += max(0, spaces-wanted)
		}
		begin = false
		rest := s[i:]
		switch {
		case len(rest) == 0:
		case bytes.HasPrefix(rest, []byte("$${")) || bytes.HasPrefix(rest, []byte("%%{")):
			out.add(string(rest[:1]), from.span(i, i+2, source.Span{}))
			out.append(from.slice(i+2, i+3))
			i += 3
		case quoted && rest[0] == '\\':
			value, n := hclEscape(rest)
			if n == 0 {
				return nil
			}
			out.add(value, from.span(i, i+n, source.Span{}))
			i += n
		case bytes.HasPrefix(rest, []byte("\r\n")) && !strings.Contains(want, "\r"):
			out.add("\n", from.span(i, i+2, source.Span{}))
			begin, line = true, line+1
			i += 2
		default:
			out.append(from.slice(i, i+1))
			if rest[0] == '\n' {
				begin, line = true, line+1
			}
			i++
		}
	}
	if out.String() != want {
		return nil
	}
	return out
}

// hclEscape is what a backslash stands for, and how many bytes say so; 0 when it is none.
func hclEscape(s []byte) (string, int) {
	if len(s) < 2 {
		return "", 0
	}
	switch s[1] {
	case 'n':
		return "\n", 2
	case 'r':
		return "\r", 2
	case 't':
		return "\t", 2
	case '"':
		return `"`, 2
	case '\\':
		return `\`, 2
	}
	digits := map[byte]int{'u': 4, 'U': 8}[s[1]]
	r, ok := hex(s, 2, digits)
	if !ok {
		return "", 0
	}
	return string(r), 2 + digits
}

// json reads a JSON string; nil when none is here.
func (s *scanner) json() *text {
	out := &text{}
	if s.peek() != '"' {
		return nil
	}
	for s.at++; s.at < len(s.src); {
		start := s.at
		switch c := s.peek(); {
		case c == '"':
			return out
		case c == '\\':
			s.at += 2
			value := ""
			if n := strings.IndexByte(`"\/bfnrt`, s.byteAt(start+1)); n >= 0 {
				value = []string{`"`, `\`, "/", "\b", "\f", "\n", "\r", "\t"}[n]
			} else {
				r := s.unit()
				if utf16.IsSurrogate(r) && s.peek() == '\\' {
					s.at += 2
					r = utf16.DecodeRune(r, s.unit())
				}
				value = string(r)
			}
			out.add(value, source.Span{Start: start, End: min(s.at, len(s.src))})
		default:
			out.copy(string(s.src[start:start+1]), start)
			s.at++
		}
	}
	return nil
}

// unit reads the four digits of a UTF-16 code unit.
func (s *scanner) unit() rune {
	var r rune
	for range 4 {
		digit := strings.IndexByte("0123456789abcdef", s.byteAt(s.at)|0x20)
		if s.byteAt(s.at) >= '0' && s.byteAt(s.at) <= '9' {
			digit = int(s.byteAt(s.at) - '0')
		}
		if digit < 0 {
			return utf8.RuneError
		}
		r = r<<4 | rune(digit)
		s.at++
	}
	return r
}

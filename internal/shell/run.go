package shell

import (
	"strings"

	"github.com/plimline/plimline/internal/source"
)

// Heredoc is a here-document of a RUN instruction.
type Heredoc struct {
	Name     string      // the delimiter, quotes taken off
	Content  source.Text // the lines between
	Expand   bool        // the delimiter is not quoted
	Operator source.Span // "<<EOF"
}

// ParseRun reads the body of a RUN in shell form and its heredocs, as BuildKit hands them to the shell.
// The first script is the body, or the heredoc where the body is nothing but its operator ("RUN <<EOF").
// One more follows for each heredoc that is fed to a shell ("RUN bash <<EOF", "RUN cat <<EOF | sh");
// what other programs read, or what goes into a file, is no script.
func ParseRun(body source.Text, heredocs []Heredoc, dialect Dialect) []*Script {
	var further []*Script
	w := newWalker(&further)
	var first *Script
	switch {
	case len(heredocs) == 0:
		first = w.script(&code{text: body}, dialect)
	case isOperator(body.String):
		first = w.script(&code{text: heredocs[0].Content}, contentDialect(heredocs[0].Content.String, dialect))
	default:
		first = w.script(&code{text: withHeredocs(body, heredocs)}, dialect)
	}
	return append([]*Script{first}, further...)
}

// isOperator reports whether the body of a RUN is one heredoc operator and nothing else: digits, "<<", perhaps "-",
// and one word. BuildKit does not hand such a body to the shell but runs the heredoc in its place.
func isOperator(body string) bool {
	s, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimSpace(body), "0123456789"), "<<")
	if !ok {
		return false
	}
	s = strings.TrimLeft(strings.TrimPrefix(s, "-"), " \t")
	if s == "" || strings.Contains(s, "<") {
		return false
	}
	if s[0] == '\'' || s[0] == '"' {
		return strings.IndexByte(s[1:], s[0]) == len(s)-2
	}
	return !strings.ContainsAny(s, " \t\r\n;&|>()")
}

// contentDialect is what runs a heredoc that is a script: the program of its "#!" line, else the shell.
func contentDialect(content string, shell Dialect) Dialect {
	line, ok := strings.CutPrefix(content, "#!")
	if !ok {
		return shell
	}
	line, _, _ = strings.Cut(line, "\n")
	if d := DialectOf(strings.Fields(line)); d != "" {
		return d
	}
	return shell
}

// withHeredocs is what BuildKit hands to the shell: the line, then each heredoc's lines and delimiter.
func withHeredocs(body source.Text, heredocs []Heredoc) source.Text {
	var b source.Builder
	b.AddText(body)
	end := body.Offset(len(body.String))
	for _, h := range heredocs {
		// The line ends and delimiters stand in the file too. Where exactly does not matter, no command has them.
		b.Add("\n", end)
		b.AddText(h.Content)
		end = max(end+1, h.Content.Offset(len(h.Content.String)))
		b.Add(h.Name, end)
		end += len(h.Name)
	}
	return b.Text()
}

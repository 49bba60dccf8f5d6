// Package foreign makes the documents that other tools hand to their Rego policies, and finds the places that such policies speak of.
//
// The documents equal those of conftest and Trivy, down to null for what is not there: policies depend on it.
package foreign

import (
	"path/filepath"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
)

// Conftest is the input that conftest's policies see for a Dockerfile: one command for each comment and instruction. The error says why
// BuildKit does not take the file; conftest does not judge it then.
func Conftest(src *source.File) ([]any, error) {
	nodes, err := dockerfile.Nodes(src.Bytes, false)
	if err != nil {
		return nil, err
	}
	commands, stage := []any{}, -1
	for _, n := range nodes {
		if n.From {
			stage++
		}
		for _, comment := range n.Comments {
			commands = append(commands, map[string]any{
				"Cmd": "comment", "SubCmd": "", "JSON": false, "Flags": nil, "Value": []string{comment}, "Stage": max(stage, 0),
			})
		}
		read := n
		command := map[string]any{"Cmd": strings.ToLower(n.Name), "SubCmd": "", "Flags": list(n.Flags), "Stage": max(stage, 0)}
		if n.Sub != nil {
			command["SubCmd"], read = n.Sub.Name, *n.Sub
		}
		command["JSON"], command["Value"] = read.JSON, list(read.Values)
		commands = append(commands, command)
	}
	return commands, nil
}

// ConftestLines are the 1-based lines that the commands of Conftest begin in; of a comment, the line of the instruction below it.
func ConftestLines(src *source.File) []int {
	nodes, err := dockerfile.Nodes(src.Bytes, false)
	if err != nil {
		return nil
	}
	var lines []int
	for _, n := range nodes {
		for range len(n.Comments) + 1 {
			lines = append(lines, n.StartLine)
		}
	}
	return lines
}

// Combined is what a policy written for conftest --combine sees, for this one file.
func Combined(src *source.File, commands []any) []any {
	return []any{map[string]any{"path": src.Path, "contents": commands}}
}

// Trivy is the input that Trivy's checks see for a Dockerfile. The error says why BuildKit does not take the file; Trivy does not judge it then.
func Trivy(src *source.File) (map[string]any, error) {
	nodes, err := dockerfile.Nodes(src.Bytes, true)
	if err != nil {
		return nil, err
	}
	stages, commands := []any{}, []any{}
	name, number, begun := "", 0, false
	end := func() {
		if len(commands) > 0 {
			stages = append(stages, map[string]any{"Name": name, "Commands": commands})
		}
		commands = []any{}
	}
	for _, n := range nodes {
		if n.From {
			end()
			if begun {
				number++
			}
			begun = true
			name = strings.TrimSpace(strings.TrimPrefix(n.Original, "FROM "))
		}
		read, sub := n, ""
		if n.Sub != nil {
			sub, read = n.Sub.Name, *n.Sub
		}
		original, values := n.Original, read.Values
		if len(read.Heredocs) > 0 && len(read.Values) > 0 {
			original, values = heredocText(read), []string{heredocValue(read)}
		}
		commands = append(commands, map[string]any{
			"Cmd": strings.ToLower(n.Name), "SubCmd": sub, "Original": original, "Flags": list(n.Flags), "JSON": read.JSON, "Value": list(values),
			"Stage": number, "Path": filepath.ToSlash(src.Path), "StartLine": n.StartLine, "EndLine": n.EndLine,
		})
	}
	end()
	return map[string]any{"Stages": stages}, nil
}

// heredocText is an instruction with its heredocs.
func heredocText(n dockerfile.Node) string {
	var b strings.Builder
	b.WriteString(n.Original + "\n")
	for i, h := range n.Heredocs {
		b.WriteString(h.Content + h.Name)
		if i < len(n.Heredocs)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// heredocValue is what is run: the lines of a heredoc that is a script, with " ; " between them, or all as the shell gets it.
func heredocValue(n dockerfile.Node) string {
	if first := n.Heredocs[0]; n.Script && !strings.HasPrefix(first.Content, "#!") {
		return strings.ReplaceAll(strings.TrimSuffix(strings.ReplaceAll(first.Chomped, "\r\n", "\n"), "\n"), "\n", " ; ")
	}
	var b strings.Builder
	b.WriteString(n.Values[0])
	for _, h := range n.Heredocs {
		b.WriteString("\n" + h.Content + h.Name)
	}
	return b.String()
}

// list is nil, null in the document, when there is no list; an empty list stays one.
func list(values []string) any {
	if values == nil {
		return nil
	}
	return values
}

package dockerfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Node is an instruction as BuildKit's parser has it. Other tools hand it to their policies.
type Node struct {
	Name     string // as written
	Original string // lines joined
	Flags    []string
	JSON     bool
	Values   []string
	Sub      *Node // the instruction within ONBUILD
	Heredocs []NodeHeredoc
	// Script is true when the first value is a heredoc's operator: it is the heredoc that is run.
	Script    bool
	StartLine int // 1-based
	EndLine   int // 1-based
	Comments  []string
	From      bool // it begins a stage
}

// NodeHeredoc is a heredoc as BuildKit's parser has it.
type NodeHeredoc struct {
	Name    string
	Content string
	Chomped string // Content as the shell gets it: without leading tabs when the operator is <<-
}

// Nodes has BuildKit alone read a text. An instruction that it refuses is an error, which makes a tool that is built on it refuse the file.
// With lenient, flags that it does not know are left out, as Trivy does.
func Nodes(text []byte, lenient bool) ([]Node, error) {
	res, err := parser.Parse(strings.NewReader(string(text)))
	if err != nil {
		return nil, errors.New(reason(err))
	}
	out := make([]Node, 0, len(res.AST.Children))
	for _, n := range res.AST.Children {
		comments := n.PrevComment
		from, err := parsed(n, lenient)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n.StartLine, err)
		}
		node := newNode(n)
		node.From, node.Comments = from, comments
		out = append(out, *node)
	}
	return out, nil
}

// parsed validates an instruction and says whether it begins a stage.
func parsed(n *parser.Node, lenient bool) (from bool, err error) {
	n.PrevComment = nil // BuildKit's linter reads them, and there is none
	for {
		v, err := instructions.ParseInstruction(n)
		if err == nil {
			_, from = v.(*instructions.Stage)
			return from, nil
		}
		name, unknown := strings.CutPrefix(err.Error(), "unknown flag: ")
		if !lenient || !unknown {
			return false, errors.New(reason(err))
		}
		name, _, _ = strings.Cut(name, " ")
		known := slices.DeleteFunc(slices.Clone(n.Flags), func(flag string) bool { return strings.HasPrefix(flag, name) })
		if len(known) == len(n.Flags) {
			return false, errors.New(reason(err))
		}
		n.Flags = known
	}
}

func newNode(n *parser.Node) *Node {
	out := &Node{
		Name: n.Value, Original: n.Original, Flags: n.Flags, JSON: n.Attributes["json"], Values: nodeValues(n), StartLine: n.StartLine, EndLine: n.EndLine,
	}
	for _, h := range n.Heredocs {
		content := h.Content
		if h.Chomp {
			content = parser.ChompHeredocContent(content)
		}
		out.Heredocs = append(out.Heredocs, NodeHeredoc{h.Name, h.Content, content})
	}
	if n.Next != nil {
		heredoc, err := parser.ParseHeredoc(n.Next.Value)
		out.Script = err == nil && heredoc != nil
		if len(n.Next.Children) > 0 {
			out.Sub = newNode(n.Next.Children[0])
		}
	}
	return out
}

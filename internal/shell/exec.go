package shell

import "github.com/plimline/plimline/internal/source"

// ExecWord is one string of an exec form array.
type ExecWord struct {
	Text string      // decoded
	Span source.Span // quotes included
	Map  source.Text // from the bytes of Text to the file; empty where they cannot be mapped
}

// ParseExec reads an exec form array: one command, and those of the texts it hands to shells.
// The words are literal: no shell expands them.
func ParseExec(words []ExecWord) *Script {
	script := &Script{}
	if len(words) == 0 {
		return script
	}
	script.Span = source.Span{Start: words[0].Span.Start, End: words[len(words)-1].Span.End}
	w := newWalker(nil)
	r := &reader{walker: w, script: script, code: &code{}}
	list := make([]word, len(words))
	for i, x := range words {
		list[i] = word{
			Word:   Word{Raw: x.Text, Value: x.Text, Span: x.Span, Literal: true, Quoted: true, Text: x.Map},
			mapped: x.Map,
		}
	}
	s := &simple{Command: &Command{Span: script.Span}, ctx: context{scope: w.newScope(), final: true, pipeLen: 1}}
	r.command(s, list)
	r.nested(s)
	script.sort()
	return script
}

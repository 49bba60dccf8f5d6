package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// What a rule may say of one file.
const (
	maxFindings = 10_000
	maxMessage  = 16 << 10 // bytes of a message or a title
	maxParts    = 1_000    // edits of a fix, or related places
	maxEdit     = 64 << 10 // bytes of an edit's text
	maxOutput   = 8 << 20  // bytes of all texts
)

// decode reads what a rule returned, until it is cancelled. What is no finding is an error; the findings beside it are kept.
func decode(cancel topdown.Cancel, rule finding.Rule, v ast.Value, size int) ([]finding.Finding, error) {
	set, ok := v.(ast.Set)
	if !ok {
		return nil, fmt.Errorf("findings must be a set, not %s; write findings contains ...", ast.ValueName(v))
	}
	var out []finding.Finding
	errs := tooMany(set.Len())
	left := maxOutput
	for _, t := range set.Slice()[:min(set.Len(), maxFindings)] {
		if cancel.Cancelled() {
			return out, errTime
		}
		d := decoder{size: size, left: &left}
		f := d.finding(t.Value)
		if d.err != nil {
			errs = append(errs, fmt.Errorf("a finding is not of the right form: %w", d.err))
			continue
		}
		f.Rule, f.Severity = rule.ID, rule.Severity
		out = append(out, f)
	}
	return out, few(errs)
}

func tooMany(findings int) []error {
	if findings <= maxFindings {
		return nil
	}
	return []error{fmt.Errorf("it has %d findings here, and the first %d are reported", findings, maxFindings)}
}

// few is the first of many errors.
func few(errs []error) error {
	const most = 3
	if len(errs) == 0 {
		return nil
	}
	var texts []string
	for _, err := range errs[:min(len(errs), most)] {
		texts = append(texts, err.Error())
	}
	if more := len(errs) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more like it", more))
	}
	return errors.New(strings.Join(texts, "; "))
}

// brief is a value as errors show it. A value may be of any size when it is written out.
func brief(v ast.Value) string {
	const most = 100
	switch x := v.(type) {
	case ast.String:
		return fmt.Sprintf("%q", shortened(string(x), most))
	case ast.Number:
		return shortened(string(x), most)
	}
	if t := ast.NewTerm(v); !(scale{item: 2}).fits(most, t) {
		return fmt.Sprintf("%s of %d elements", ast.ValueName(v), length(t))
	}
	return v.String()
}

func shortened(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// decoder keeps the first error.
type decoder struct {
	size int  // of the file, in bytes
	left *int // bytes of text
	err  error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// object calls the reader of each key. Keys without a reader are errors, and so are required keys that are not there.
func (d *decoder) object(v ast.Value, readers map[string]func(ast.Value), required ...string) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(readers)), func(name string) bool { return name == noNode })
	o, ok := v.(ast.Object)
	if !ok {
		d.fail("%s is not an object; lib.at(node, message) makes one", brief(v))
		return
	}
	o.Foreach(func(k, x *ast.Term) {
		name, _ := k.Value.(ast.String)
		if read := readers[string(name)]; read != nil {
			read(x.Value)
		} else if closest := finding.Closest(string(name), names); closest != "" {
			d.fail("%s is unknown; did you mean %q?", brief(k.Value), closest)
		} else {
			d.fail("%s is unknown; it has %s", brief(k.Value), strings.Join(names, ", "))
		}
	})
	for _, name := range required {
		if o.Get(ast.InternedTerm(name)) == nil {
			d.fail("%s is missing", name)
		}
	}
}

// noNode is the key that lib.at uses when what it is given has no place.
const noNode = "no node"

func (d *decoder) finding(v ast.Value) finding.Finding {
	var f finding.Finding
	d.object(v, map[string]func(ast.Value){
		"span":    d.span(&f.Span),
		"message": d.message(&f.Message),
		"unknown": d.bool(&f.Unknown),
		noNode: func(v ast.Value) {
			if text, ok := v.(ast.String); ok {
				d.fail("lib.at takes a node, such as stage.from, and %s is a text", brief(text))
			} else {
				d.fail("lib.at takes a node, such as stage.from; this is %s without a span", ast.ValueName(v))
			}
		},
		"related": func(v ast.Value) {
			d.list(v, func(v ast.Value) {
				var r finding.Related
				d.object(v, map[string]func(ast.Value){"span": d.span(&r.Span), "message": d.message(&r.Message)}, "span", "message")
				f.Related = append(f.Related, r)
			})
		},
		"fix": func(v ast.Value) {
			f.Fix = &finding.Fix{}
			d.object(v, map[string]func(ast.Value){
				"title": d.text(&f.Fix.Title, maxMessage),
				"safe":  d.bool(&f.Fix.Safe),
				"edits": func(v ast.Value) {
					d.list(v, func(v ast.Value) {
						var e finding.Edit
						d.object(v, map[string]func(ast.Value){"span": d.span(&e.Span), "text": d.text(&e.Text, maxEdit)}, "span", "text")
						f.Fix.Edits = append(f.Fix.Edits, e)
					})
				},
			}, "title", "edits")
		},
	}, "span", "message")
	if d.err == nil && f.Message == "" {
		d.fail("message is empty")
	}
	return f
}

func (d *decoder) text(to *string, most int) func(ast.Value) {
	return func(v ast.Value) {
		s, ok := v.(ast.String)
		if !ok {
			d.fail("%s is not a string", brief(v))
		}
		if *d.left -= len(s); *d.left < 0 {
			d.fail("the texts of all its findings here are more than %s", size(maxOutput))
		} else if len(s) > most {
			d.fail("a text of more than %s", size(most))
		}
		*to = string(s)
	}
}

// message reads a text of which the beginning is enough.
func (d *decoder) message(to *string) func(ast.Value) {
	return func(v ast.Value) {
		if s, ok := v.(ast.String); ok {
			v = ast.String(shortened(string(s), maxMessage-len("...")))
		}
		d.text(to, maxMessage)(v)
	}
}

func (d *decoder) bool(to *bool) func(ast.Value) {
	return func(v ast.Value) {
		b, ok := v.(ast.Boolean)
		if !ok {
			d.fail("%s is neither true nor false", brief(v))
		}
		*to = bool(b)
	}
}

func (d *decoder) list(v ast.Value, each func(ast.Value)) {
	a, ok := v.(*ast.Array)
	if !ok {
		d.fail("%s is not an array", brief(v))
		return
	}
	if a.Len() > maxParts {
		d.fail("an array of more than %d elements", maxParts)
		return
	}
	a.Foreach(func(t *ast.Term) { each(t.Value) })
}

func (d *decoder) span(to *source.Span) func(ast.Value) {
	return func(v ast.Value) {
		var ends []int
		d.list(v, func(v ast.Value) {
			n, ok := v.(ast.Number)
			i, isInt := n.Int()
			if !ok || !isInt {
				d.fail("%s is not an offset", brief(v))
			}
			ends = append(ends, i)
		})
		if d.err != nil {
			return
		}
		if len(ends) != 2 || ends[0] < 0 || ends[0] > ends[1] || ends[1] > d.size {
			d.fail("span %s is not in the file of %d bytes", brief(v), d.size)
			return
		}
		*to = source.Span{Start: ends[0], End: ends[1]}
	}
}

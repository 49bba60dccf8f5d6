// Package playground is plimline for a page: one Dockerfile, and perhaps a configuration and a policy of the reader's own. It is the same
// pipe as the command line's, and its report the one of --format json.
package playground

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/graph"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
)

// The names of the three texts.
const (
	dockerfile = "Dockerfile"
	policyFile = "policy.rego"
	// An absolute path: a page has no working directory.
	configFile = "/plimline.yaml"
)

// Request is what a page asks.
type Request struct {
	Dockerfile string `json:"dockerfile"`
	Config     string `json:"config"` // plimline.yaml
	Policy     string `json:"policy"` // one rule in Rego; "" for none
	// Rules is a set or a profile that counts in place of what Config says; "" for none.
	Rules string `json:"rules"`
	// Document asks for the document that rules judge.
	Document bool `json:"document"`
	// Fix is "all" to make the safe fixes, "unsafe" to make the others too, or "one" for that of the finding at Index in the report.
	Fix   string `json:"fix"`
	Index int    `json:"index"`
}

// Answer is what there is to show. After a Fix it is of the mended Dockerfile.
type Answer struct {
	Dockerfile string          `json:"dockerfile"`
	Report     json.RawMessage `json:"report"`
	Graph      string          `json:"graph"` // SVG; "" when there is no stage
	Document   json.RawMessage `json:"document,omitempty"`
	Done       []string        `json:"done"`     // fixes that were made, and that were not
	Problems   []string        `json:"problems"` // what is wrong with the configuration or the policy, a line each
}

// Playground keeps the rules between requests. The zero Playground is ready; it serves one request at a time.
type Playground struct {
	policy string // of the linter
	linter *lint.Linter
	broken []error // what is wrong with the policy
}

// Do answers a request in JSON, in JSON.
func (p *Playground) Do(ctx context.Context, request []byte) []byte {
	var r Request
	a := &Answer{}
	if err := json.Unmarshal(request, &r); err != nil {
		a.problem(fmt.Errorf("read the request: %w", err))
	} else if a, err = p.Answer(ctx, r); err != nil {
		a = &Answer{Dockerfile: r.Dockerfile}
		a.problem(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// Nothing in an answer is without a form in JSON.
	_ = e.Encode(a)
	return b.Bytes()
}

func (a *Answer) problem(err error) {
	a.Problems = append(a.Problems, strings.Split(err.Error(), "\n")...)
}

// Answer answers a request. A policy or configuration that cannot be used is a problem of the answer, which is given without it.
func (p *Playground) Answer(ctx context.Context, r Request) (*Answer, error) {
	a := &Answer{Dockerfile: r.Dockerfile}
	if err := p.load(ctx, r.Policy); err != nil {
		return nil, err
	}
	for _, err := range p.broken {
		a.problem(err)
	}
	set, err := p.settings(r, a)
	if err != nil {
		return nil, err
	}
	src := source.NewFile(dockerfile, []byte(r.Dockerfile))
	if r.Fix != "" {
		if src, err = p.fix(ctx, src, set, r, a); err != nil {
			return nil, err
		}
		a.Dockerfile = string(src.Bytes)
	}
	found, err := p.linter.File(ctx, src, buildcontext.Context{}, set)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	run := &report.Run{Results: []report.Result{{Path: src.Path, Source: src, Findings: found}}, Catalog: p.linter.Catalog()}
	if err := report.Write(&b, "json", run, report.Options{}); err != nil {
		return nil, err
	}
	a.Report = b.Bytes()
	doc := lint.Read(src, p.linter.Options(set), buildcontext.Context{})
	if len(doc.Stages) > 0 {
		var svg strings.Builder
		if err := graph.New(doc, found).Write(&svg, "svg"); err != nil {
			return nil, err
		}
		a.Graph = svg.String()
	}
	if r.Document {
		a.Document, err = document.JSON(doc)
	}
	return a, err
}

// load makes a linter with a policy, unless there is one. A policy that cannot be read at all leaves plimline's own rules.
func (p *Playground) load(ctx context.Context, text string) error {
	if p.linter != nil && p.policy == text {
		return nil
	}
	var sources []policy.Source
	var broken []error
	if strings.TrimSpace(text) != "" {
		files, err := txtar.FS(&txtar.Archive{Files: []txtar.File{{Name: "rule.rego", Data: []byte(text)}}})
		if err != nil {
			return err
		}
		sources = []policy.Source{{Name: policyFile, FS: files, File: "rule.rego"}}
	}
	engine, err := policy.LoadBuiltin(ctx, sources...)
	if err != nil && sources != nil {
		broken = []error{err}
		engine, err = policy.LoadBuiltin(ctx)
	}
	if err != nil {
		return err
	}
	p.policy, p.linter, p.broken = text, lint.New(engine, nil), append(broken, engine.Errors()...)
	return nil
}

func (p *Playground) settings(r Request, a *Answer) (*config.Settings, error) {
	catalog := p.linter.Catalog()
	c := config.Default(catalog)
	if strings.TrimSpace(r.Config) != "" {
		own, err := config.Parse(configFile, []byte(r.Config), catalog)
		if err != nil {
			a.problem(errors.New(strings.ReplaceAll(err.Error(), configFile, strings.TrimPrefix(configFile, "/"))))
		} else {
			c = own
		}
		if len(c.Policies()) > 0 {
			a.problem(errors.New("plimline.yaml: there are no files here that policies could be in; write yours under policy.rego"))
		}
	}
	var flags config.Flags
	switch {
	case slices.Contains(config.Profiles(), r.Rules):
		flags.Profile = r.Rules
	case r.Rules != "":
		flags.Select = []string{r.Rules}
		// The reader's own rule is on, whatever set is chosen.
		for _, rule := range catalog.Rules() {
			if rule.External {
				flags.Select = append(flags.Select, rule.ID)
			}
		}
	}
	c, err := c.With(flags)
	if err != nil {
		return nil, err
	}
	return c.For(dockerfile), nil
}

func (p *Playground) fix(ctx context.Context, src *source.File, set *config.Settings, r Request, a *Answer) (*source.File, error) {
	if r.Fix != "one" {
		fixer := fix.Fixer{Linter: p.linter, Unsafe: r.Fix == "unsafe"}
		result, err := fixer.File(ctx, src, buildcontext.Context{}, set)
		if err != nil {
			return nil, err
		}
		for _, f := range result.Applied {
			a.Done = append(a.Done, fmt.Sprintf("%s (%s)", f.Title, f.Rule))
		}
		for _, f := range result.Undone {
			a.Done = append(a.Done, fmt.Sprintf("not fixed: %s (%s): %s", f.Title, f.Rule, f.Reason))
		}
		return result.Source, nil
	}
	found, err := p.linter.File(ctx, src, buildcontext.Context{}, set)
	if err != nil {
		return nil, err
	}
	// A report leaves out what is unknown.
	found = slices.DeleteFunc(found, func(f finding.Finding) bool { return f.Unknown })
	if r.Index < 0 || r.Index >= len(found) || found[r.Index].Fix == nil {
		return nil, fmt.Errorf("finding %d has no fix", r.Index)
	}
	f := found[r.Index]
	text, ok := finding.Apply(src.Bytes, finding.Tidy(src, f.Fix.Edits))
	if !ok {
		return nil, fmt.Errorf("the edits of %s overlap", f.Rule)
	}
	a.Done = []string{fmt.Sprintf("%s (%s)", f.Fix.Title, f.Rule)}
	return source.NewFile(dockerfile, text), nil
}

package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/finding"
)

// diagnostics are those of a snapshot that was linted.
func (s *server) diagnostics(snap *snapshot) []diagnostic {
	out := []diagnostic{}
	if snap.err != nil {
		return append(out, s.unjudged(snap))
	}
	for _, f := range snap.found {
		d := diagnostic{Range: snap.rangeOf(f.Span), Severity: severityOf(f.Severity), Code: code(f.Rule), Source: "plimline", Message: f.Message}
		if rule, ok := snap.linter.Catalog().Rule(f.Rule); ok {
			if page := s.opt.Page(rule); page != "" {
				d.CodeDescription = &codeDescription{page}
			}
		}
		if s.relates() {
			for _, r := range f.Related {
				d.RelatedInformation = append(d.RelatedInformation, relatedPlace{location{snap.uri, snap.rangeOf(r.Span)}, r.Message})
			}
		}
		out = append(out, d)
	}
	return out
}

// relates reports whether the client shows other places with a diagnostic.
func (s *server) relates() bool {
	t := s.client.TextDocument
	return t.PublishDiagnostics.RelatedInformation || t.Diagnostic != nil && t.Diagnostic.RelatedInformation
}

// unjudged says in the first line of a document why it was not linted: mostly, what is wrong with its configuration.
func (s *server) unjudged(snap *snapshot) diagnostic {
	d := diagnostic{Range: snap.rangeOf(snap.line(0)), Severity: severityError, Code: code("not-linted"), Source: "plimline", Message: snap.err.Error()}
	var problems config.Problems
	if s.relates() && errors.As(snap.err, &problems) {
		for _, p := range problems {
			file, err := filepath.Abs(p.File)
			if err != nil {
				continue
			}
			at := position{max(0, p.Line-1), max(0, p.Column-1)}
			d.RelatedInformation = append(d.RelatedInformation, relatedPlace{location{fileURI(file), textRange{at, at}}, p.Message})
		}
	}
	return d
}

func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/x
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func code(text string) json.RawMessage {
	raw, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return raw
}

func severityOf(s finding.Severity) int {
	switch s {
	case finding.Error:
		return severityError
	case finding.Warning:
		return severityWarning
	}
	return severityInformation
}

// pull answers with the diagnostics of a snapshot, unless the client has the same.
func (s *server) pull(ctx context.Context, snap *snapshot, p *params) (any, error) {
	if snap == nil {
		return diagnosticReport{Kind: "full", Items: &[]diagnostic{}}, nil
	}
	s.await(ctx, snap)
	if snap.ctx.Err() != nil && ctx.Err() == nil {
		retry := json.RawMessage(`{"retriggerRequest":true}`)
		return nil, &jsonrpc2.Error{Code: codeServerCancelled, Message: "the document has changed", Data: &retry}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	items := s.diagnostics(snap)
	text, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	sum := fnv.New64a()
	sum.Write(text)
	report := diagnosticReport{Kind: "full", ResultID: fmt.Sprintf("%x", sum.Sum64()), Items: &items}
	if report.ResultID == p.PreviousResultID {
		report.Kind, report.Items = "unchanged", nil
	}
	return report, nil
}

package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

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
		d := diagnostic{Range: snap.rangeOf(f.Span), Severity: severityOf(f.Severity), Code: code(f.Rule), Source: "plimline", Message: f.Text()}
		if rule, ok := snap.linter.Catalog().Rule(f.Rule); ok {
			if page := s.opt.Page(rule); page != "" {
				d.CodeDescription = &codeDescription{page}
			}
			if rule.EveryBuild && s.greys() {
				d.Tags = []int{tagUnnecessary} // it says what nothing uses
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
func (s *server) relates() bool { return s.diagnosing().RelatedInformation }

// greys reports whether the client shows that something is not needed.
func (s *server) greys() bool {
	return slices.Contains(s.diagnosing().TagSupport.ValueSet, tagUnnecessary)
}

// diagnosing is what the client can show of diagnostics. What it can show of those it asks for, not every client says.
func (s *server) diagnosing() diagnosticCapabilities {
	c := s.client.TextDocument.PublishDiagnostics
	if pull := s.client.TextDocument.Diagnostic; pull != nil {
		c.RelatedInformation = c.RelatedInformation || pull.RelatedInformation
		c.TagSupport.ValueSet = append(slices.Clone(c.TagSupport.ValueSet), pull.TagSupport.ValueSet...)
	}
	return c
}

// notLinted is the code of what says that something was not judged.
const notLinted = "not-linted"

// unjudged says in the first line of a document why it was not linted: mostly, what is wrong with its configuration.
func (s *server) unjudged(snap *snapshot) diagnostic {
	d := diagnostic{Range: snap.rangeOf(snap.line(0)), Severity: severityError, Code: code(notLinted), Source: "plimline", Message: snap.err.Error()}
	var problems config.Problems
	if s.relates() && errors.As(snap.err, &problems) {
		for _, p := range problems {
			d.RelatedInformation = append(d.RelatedInformation, relatedPlace{location{fileURI(p.File), placeOf(p)}, p.Message})
		}
	}
	return d
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
	if snap == nil || snap.kind == kindConfig {
		return diagnosticReport{Kind: "full", Items: &[]diagnostic{}}, nil
	}
	for version := snap.version; ; {
		if s.await(ctx, snap) || ctx.Err() != nil {
			break
		}
		// With another configuration, the same version is judged anew.
		if latest := s.latest(snap.uri); latest != nil && latest != snap && latest.version == version {
			snap = latest
			continue
		}
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

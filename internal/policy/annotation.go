package policy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/plimline/plimline/internal/finding"
)

// annotation is what a policy for another tool says of itself.
type annotation struct {
	id, title, description, action string
	severity                       string
	links                          []string
	codes                          []string // more names
	provider, service, short, long string   // what Trivy makes a name of
	off                            bool     // it is deprecated, or for special frameworks only
	tool                           dialect
	library                        bool // it has helpers only
	dockerfile                     bool // it is about Dockerfiles
}

// trivyMetadata is what Trivy reads: METADATA of the package, or without that the rule __rego_metadata__.
func trivyMetadata(ctx context.Context, guard *guard, files []*module, all []*userSource) *annotation {
	out := &annotation{tool: trivy, dockerfile: true}
	var selectors, schemas []string
	for _, m := range files {
		annotated := false
		for _, a := range m.module.Annotations {
			for _, s := range a.Schemas {
				if names := refNames(s.Schema); names != nil { // else the schema itself is there
					schemas = append(schemas, names[len(names)-1])
				}
			}
			if a.Scope == "package" {
				annotated = true
				out.annotations(a)
				selectors = append(selectors, selected(a.Custom["input"])...)
			}
		}
		for _, r := range m.module.Rules {
			if annotated {
				break
			}
			switch r.Head.Name {
			case "__rego_metadata__":
				if fields, ok := constant(ctx, guard, r, files, all).(map[string]any); ok {
					out.custom(fields)
				}
			case "__rego_input__":
				selectors = append(selectors, selected(constant(ctx, guard, r, files, all))...)
			}
		}
	}
	// Without a selector Trivy runs a check on everything. What is said to be of other documents is left out.
	switch names := refNames(files[0].module.Package.Path); {
	case len(selectors) > 0:
		out.dockerfile = !slices.ContainsFunc(selectors, func(s string) bool { return s != "dockerfile" })
	case len(schemas) > 0:
		out.dockerfile = slices.ContainsFunc(schemas, func(s string) bool {
			return !slices.Contains([]string{"kubernetes", "rbac", "cloud", "terraform-raw"}, s)
		})
	case len(names) > 2 && slices.Contains(trivyPackages, names[1]):
		out.dockerfile = names[2] == "dockerfile" || names[2] == "docker"
	}
	return out
}

// constantTime is what a rule gets that says something of its policy.
const constantTime = time.Second

// constant is the value of a rule that depends on no input; nil when there is none.
func constant(ctx context.Context, guard *guard, r *ast.Rule, files []*module, all []*userSource) any {
	if r.Head.Value != nil && r.Head.Value.IsGround() {
		if out, err := ast.JSON(r.Head.Value.Value); err == nil { // it has no calls
			return out
		}
	}
	compiler, _ := compileFiles(ctx, guard, reach(files, all), false)
	if compiler == nil || compiler.GetRulesExact(files[0].module.Package.Path.Append(ast.StringTerm(string(r.Head.Name)))) == nil {
		return nil
	}
	store := inmem.NewFromASTObject(files[0].source.values)
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil
	}
	defer store.Abort(ctx, txn)
	return run(ctx, guard, task[any]{files[0].file, within(constantTime), func(cancel topdown.Cancel) (out any, err error) {
		query := topdown.NewQuery(askFor(files[0].module.Package.Path, string(r.Head.Name))).WithCompiler(compiler).WithStore(store).WithTransaction(txn).
			WithMetrics(metrics.NoOp()).WithBuiltins(builtinsFor(files)).WithCancel(cancel)
		return out, query.Iter(ctx, func(x topdown.QueryResult) error {
			result := x[ast.Var("findings")]
			if err := (scale{}).weigh(result); err != nil {
				return err
			}
			out, err = ast.JSON(result.Value)
			return err
		})
	}})[0].result
}

// selected are the types of input in Trivy's "selector".
func selected(input any) []string {
	fields, _ := input.(map[string]any)
	list, _ := fields["selector"].([]any)
	var out []string
	for _, x := range list {
		if s, ok := x.(map[string]any); ok {
			kind, _ := s["type"].(string)
			out = append(out, kind)
		}
	}
	return out
}

// conftestMetadata is METADATA of the rules of one name, or else of their package. An id is theirs when all that have one have the same, and a
// package's when these are its only rules.
func conftestMetadata(files []*module, rules []*ast.Rule, only bool) *annotation {
	out := &annotation{tool: conftest}
	for _, m := range files {
		for _, a := range m.module.Annotations {
			if a.Scope == "package" {
				out.annotations(a)
			}
		}
	}
	if out.id != "" && !only {
		out.codes, out.id = append(out.codes, out.id), ""
	}
	var ids []string
	own := false
	for _, r := range rules {
		for _, a := range r.Annotations {
			if a.Scope != "rule" && a.Scope != "document" {
				continue
			}
			if !own {
				*out = annotation{tool: conftest}
			}
			own = true
			out.annotations(a)
			if id, ok := a.Custom["id"].(string); ok && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 1 {
		out.codes = append(out.codes, ids...)
		out.id, out.title, out.description, out.severity = "", "", "", ""
	}
	return out
}

// annotations adds a METADATA comment.
func (a *annotation) annotations(from *ast.Annotations) {
	if from.Title != "" {
		a.title = from.Title
	}
	if from.Description != "" {
		a.description = from.Description
	}
	for _, r := range from.RelatedResources {
		if r.Ref.IsAbs() {
			a.links = append(a.links, r.Ref.String())
		}
	}
	a.custom(from.Custom)
}

// custom adds the fields that Trivy knows.
func (a *annotation) custom(fields map[string]any) {
	for key, to := range map[string]*string{
		"id": &a.id, "title": &a.title, "description": &a.description, "severity": &a.severity, "provider": &a.provider, "service": &a.service,
		"short_code": &a.short, "long_id": &a.long,
	} {
		if text, ok := fields[key].(string); ok && text != "" {
			*to = text
		}
	}
	for _, key := range []string{"recommended_action", "recommended_actions"} {
		if text, ok := fields[key].(string); ok {
			a.action = text
		}
	}
	for _, key := range []string{"avd_id", "long_id", "short_code"} {
		if text, ok := fields[key].(string); ok {
			a.codes = append(a.codes, text)
		}
	}
	// Trivy runs no deprecated checks, and of those that belong to frameworks only the ones in that called default, unless it is told to.
	frameworks, limited := fields["frameworks"].(map[string]any)
	byDefault, _ := frameworks["default"].([]any)
	a.off = a.off || fields["deprecated"] == true || limited && len(frameworks) > 0 && len(byDefault) == 0
	if list, ok := fields["aliases"].([]any); ok {
		for _, x := range list {
			a.codes = append(a.codes, fmt.Sprint(x))
		}
	}
	if url, ok := fields["url"].(string); ok && url != "" {
		a.links = append(a.links, url)
	}
	a.library = a.library || fields["library"] == true
}

// rule is the annotation as plimline's METADATA. The id is for one that has none of its own.
func (a *annotation) rule(id string) finding.Rule {
	r := finding.Rule{ID: id, Title: a.title, Description: strings.TrimSpace(a.description), Links: slices.Compact(a.links)}
	if a.id != "" {
		r.ID = slug(a.id)
		r.Aliases = append(r.Aliases, string(a.tool)+"/"+a.id)
	}
	if r.Title == "" {
		r.Title = r.ID
	}
	r.Title = strings.TrimRight(strings.Join(strings.Fields(r.Title), " "), ".")
	if action := strings.TrimSpace(a.action); action != "" {
		r.Description = strings.TrimSpace(r.Description + "\n\n" + action)
	}
	for _, code := range a.codes {
		if alias := string(a.tool) + "/" + code; !slices.Contains(r.Aliases, alias) {
			r.Aliases = append(r.Aliases, alias)
		}
	}
	r.Severity = finding.Error
	if a.tool == trivy {
		r.Severity = finding.Warning
		if a.id == "" {
			r.Aliases = append(r.Aliases, "trivy/"+id)
		}
		if a.long == "" && a.short != "" {
			name := strings.ToLower(strings.Join([]string{cmp.Or(a.provider, "dockerfile"), cmp.Or(a.service, "general"), a.short}, "-"))
			r.Aliases = append(r.Aliases, "trivy/"+name)
		}
	}
	if a.off {
		r.Set = finding.SetAll
	}
	// The numbers are those of Trivy's own SARIF.
	switch strings.ToUpper(a.severity) {
	case "CRITICAL":
		r.Severity, r.SecuritySeverity = finding.Error, "9.5"
	case "HIGH":
		r.Severity, r.SecuritySeverity = finding.Error, "8.0"
	case "MEDIUM":
		r.Severity, r.SecuritySeverity = finding.Warning, "5.5"
	case "LOW":
		r.Severity, r.SecuritySeverity = finding.Note, "2.0"
	default:
		if s, err := finding.ParseSeverity(strings.ToLower(a.severity)); err == nil && s != finding.Off {
			r.Severity = s
		}
	}
	return r
}

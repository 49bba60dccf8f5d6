package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/plimline/plimline/internal/finding"
)

// compileError puts OPA's errors into lines of "file:line:column: message". helpers are the functions that the author may have meant.
func compileError(list ast.Errors, helpers ...*ast.Rule) error {
	var out []string
	for _, e := range list {
		message := explained(e, helpers)
		if e.Location != nil {
			message = fmt.Sprintf("%s:%d:%d: %s", e.Location.File, e.Location.Row, e.Location.Col, message)
		}
		if !slices.Contains(out, message) {
			out = append(out, message)
		}
	}
	return errors.New(strings.Join(out, "\n"))
}

var (
	undefinedFunction = regexp.MustCompile(`^undefined function (\S+)$`)
	wrongArity        = regexp.MustCompile(`^function (\S+) has arity (\d+), got (\d+) argument`)
	unsafeVar         = regexp.MustCompile(`^var (\w+) is unsafe$`)
	oldRego           = regexp.MustCompile("^`(if|contains)` keyword is required")
	generated         = regexp.MustCompile(`__local\d+__`)
)

// explained is an error in the words of who writes a policy.
func explained(e *ast.Error, helpers []*ast.Rule) string {
	if detail, ok := e.Details.(*ast.RefErrInvalidDetail); ok && len(detail.OneOf) > 0 {
		return unknownField(detail)
	} else if ok && detail.Want != nil && detail.Want.String() == "number" {
		return fmt.Sprintf("%s is a list; some x in %[1]s takes each of its items", shown(detail.Ref[:detail.Pos]))
	}
	message := e.Message
	if e.Details != nil {
		for _, line := range e.Details.Lines() {
			message += "\n\t" + line
		}
	}
	message = generated.ReplaceAllString(message, "_")
	switch {
	case undefinedFunction.MatchString(e.Message):
		message += meant(undefinedFunction.FindStringSubmatch(e.Message)[1], helpers)
	case wrongArity.MatchString(e.Message):
		parts := wrongArity.FindStringSubmatch(e.Message)
		for _, h := range helpers {
			if h.Ref().String() == parts[1] {
				message = fmt.Sprintf("%s takes %s arguments, not %s", call(h), parts[2], parts[3])
			}
		}
	case unsafeVar.MatchString(e.Message):
		name := unsafeVar.FindStringSubmatch(e.Message)[1]
		if name == "lib" {
			return "lib is not known; import data.plimline.lib"
		}
		message = fmt.Sprintf("nothing gives %s a value; a text stands in quotes, an import or := names one, and some %[1]s in ... takes all", name)
	case e.Message == "illegal token" && strings.Contains(message, "'"):
		message += "\n\ttexts stand in double quotes or backticks"
	case oldRego.MatchString(e.Message):
		message += "; opa fmt --write --v0-v1 mends what was written for OPA before 1.0"
	}
	return message
}

// unknownField says what an object has instead.
func unknownField(detail *ast.RefErrInvalidDetail) string {
	var names []string
	for _, value := range detail.OneOf {
		if s, ok := value.(ast.String); ok {
			names = append(names, string(s))
		}
	}
	slices.Sort(names)
	wanted := strings.Trim(detail.Ref[detail.Pos].String(), `"`)
	hint := ""
	if closest := finding.Closest(wanted, names); closest != "" {
		hint = fmt.Sprintf("; did you mean %s?", closest)
	}
	return fmt.Sprintf("%s has no %s%s\n\tit has %s", shown(detail.Ref[:detail.Pos]), wanted, hint, strings.Join(names, ", "))
}

// shown is a reference as its author may have written it.
func shown(r ast.Ref) string {
	return strings.TrimPrefix(generated.ReplaceAllString(r.String(), "_"), "data.plimline.")
}

// meant suggests a function for one that there is not, or the import that is missing.
func meant(name string, helpers []*ast.Rule) string {
	if strings.HasPrefix(name, "lib.") {
		return "; import data.plimline.lib"
	}
	if own, ok := strings.CutPrefix(name, "data.plimline.lib."); ok {
		var names []string
		calls := map[string]string{}
		for _, h := range helpers {
			helper := strings.TrimPrefix(h.Ref().String(), "data.plimline.lib.")
			names = append(names, helper)
			calls[helper] = call(h)
		}
		if closest := finding.Closest(own, names); closest != "" {
			return "; did you mean " + calls[closest] + "?"
		}
		return "; lib has none of that name"
	}
	name = strings.NewReplacer(`["`, ".", `"]`, "").Replace(name)
	var names []string
	for _, b := range capabilities().Builtins {
		if !strings.HasPrefix(b.Name, boundedPrefix) {
			names = append(names, b.Name)
		}
	}
	// string.contains is called contains, and trim is one of several.
	if last := name[strings.LastIndexByte(name, '.')+1:]; last != name && slices.Contains(names, last) {
		return "; did you mean " + last + "?"
	}
	if slices.ContainsFunc(ast.Builtins, func(b *ast.Builtin) bool { return b.Name == name }) {
		return "; policies reach no network, files, environment, clock or chance, and nothing that has no bound"
	}
	if closest := finding.Closest(name, names); closest != "" {
		return "; did you mean " + closest + "?"
	}
	return ""
}

// call is how a helper is written: lib.at(node, message).
func call(r *ast.Rule) string {
	var args []string
	for _, a := range r.Head.Args {
		text := a.String()
		if strings.HasPrefix(text, "_") {
			text = "_"
		}
		args = append(args, text)
	}
	return fmt.Sprintf("%s(%s)", strings.TrimPrefix(r.Ref().String(), "data.plimline."), strings.Join(args, ", "))
}

// functions are those of the library.
func functions(library []*module) []*ast.Rule {
	var out []*ast.Rule
	for _, m := range library {
		for _, r := range m.module.Rules {
			if len(r.Head.Args) > 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// missingHelpers finds names of library rules that there are not: to OPA they may be data that comes later.
func missingHelpers(compiler *ast.Compiler, m *module) error {
	var problems ast.Errors
	library := ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("plimline"), ast.InternedTerm("lib")}
	ast.WalkTerms(compiler.Modules[m.file], func(t *ast.Term) bool {
		r, ok := t.Value.(ast.Ref)
		if !ok || len(r) < 4 || !r.HasPrefix(library) {
			return false
		}
		name, ok := r[3].Value.(ast.String)
		if !ok || len(compiler.GetRulesWithPrefix(r[:4])) > 0 {
			return false
		}
		var names []string
		for _, rule := range compiler.GetRulesWithPrefix(library) {
			names = append(names, strings.TrimPrefix(rule.Ref().String(), "data.plimline.lib."))
		}
		hint := ""
		if closest := finding.Closest(string(name), names); closest != "" {
			hint = fmt.Sprintf("; did you mean lib.%s?", closest)
		}
		// All references through one import share their first part, and where that is.
		problems = append(problems, ast.NewError(ast.CompileErr, t.Location, "lib has no %s%s", string(name), hint))
		return false
	})
	if len(problems) == 0 {
		return nil
	}
	problems.Sort()
	return compileError(problems)
}

package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/foreign"
	"github.com/plimline/plimline/internal/source"
)

// configBuiltins are conftest's, declared as there. They read files beside the policies, and no others.
var configBuiltins = []*ast.Builtin{
	{Name: "parse_config", Decl: types.NewFunction(types.Args(types.S, types.S), anyObject)},
	{Name: "parse_config_file", Decl: types.NewFunction(types.Args(types.S), anyObject)},
	{Name: "parse_combined_config_files", Decl: types.NewFunction(types.Args(types.NewArray(nil, types.S)), anyObject)},
}

var anyObject = types.NewObject(nil, types.NewDynamicProperty(types.S, types.NewAny()))

// builtinsFor are the functions that policies for other tools get beyond OPA's. The files are those that may call them.
func builtinsFor(files []*module) map[string]*topdown.Builtin {
	out := map[string]*topdown.Builtin{}
	maps.Copy(out, boundedBuiltins())
	c := configs{files}
	for i, f := range []func(*ast.Location, []*ast.Term) (any, error){c.parse, c.parseFile, c.parseFiles} {
		out[configBuiltins[i].Name] = &topdown.Builtin{
			Decl: configBuiltins[i],
			Func: func(b topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
				content, err := f(b.Location, operands)
				if err != nil {
					return err
				}
				value, err := ast.InterfaceToValue(content)
				if err != nil {
					return err
				}
				return iter(ast.NewTerm(value))
			},
		}
	}
	return out
}

type configs struct{ files []*module }

func (c configs) parse(_ *ast.Location, operands []*ast.Term) (any, error) {
	parser, ok := operands[0].Value.(ast.String)
	text, isText := operands[1].Value.(ast.String)
	if !ok || !isText {
		return nil, errors.New("not a text")
	}
	if len(text) > maxYAML {
		return nil, topdown.Halt{Err: fmt.Errorf("parse_config: a text of more than %s", size(maxYAML))}
	}
	return parseConfig(string(parser), "-", []byte(text))
}

func (c configs) parseFile(at *ast.Location, operands []*ast.Term) (any, error) {
	_, content, err := c.read(at, operands[0])
	return content, err
}

func (c configs) parseFiles(at *ast.Location, operands []*ast.Term) (any, error) {
	list, ok := operands[0].Value.(*ast.Array)
	if !ok {
		return nil, errors.New("not a list")
	}
	type config struct {
		path     string
		contents any
	}
	var all []config
	for i := range list.Len() {
		name, content, err := c.read(at, list.Elem(i))
		if err != nil {
			return nil, err
		}
		documents, several := content.([]any)
		if !several {
			documents = []any{content}
		}
		for _, d := range documents {
			all = append(all, config{name, d})
		}
	}
	slices.SortStableFunc(all, func(a, b config) int { return strings.Compare(a.path, b.path) })
	out := []any{}
	for _, x := range all {
		out = append(out, map[string]any{"path": x.path, "contents": x.contents})
	}
	return out, nil
}

// read parses a file that is named relative to the policy that calls.
func (c configs) read(at *ast.Location, operand *ast.Term) (name string, content any, err error) {
	relative, ok := operand.Value.(ast.String)
	i := slices.IndexFunc(c.files, func(m *module) bool { return at != nil && m.file == at.File })
	if !ok || i < 0 {
		return "", nil, errors.New("not a text")
	}
	m := c.files[i]
	within := path.Join(path.Dir(m.name), string(relative))
	if !fs.ValidPath(within) || m.source.File != "" {
		return "", nil, topdown.Halt{Err: fmt.Errorf("%s:%d: %s is not beside the policies; plimline reads nothing else for them", m.file, at.Row, relative)}
	}
	text, err := readFile(m.source.sealed(), within, maxYAML)
	if err != nil {
		return "", nil, pathless(err)
	}
	name = m.source.path(within)
	content, err = parseConfig(parserOf(within), name, text)
	return name, content, err
}

// parserOf is the parser that conftest takes for a file.
func parserOf(name string) string {
	base := strings.ToLower(path.Base(name))
	switch extension := strings.TrimPrefix(path.Ext(base), "."); {
	case base == "dockerfile" || strings.HasPrefix(base, "dockerfile.") || extension == "dockerfile":
		return "dockerfile"
	case extension == "yml":
		return "yaml"
	default:
		return extension
	}
}

// parseConfig makes a document as conftest does of a text. Of what plimline has no parser for, the policy is to hear.
func parseConfig(parser, name string, text []byte) (any, error) {
	switch parser {
	case "dockerfile":
		commands, err := foreign.Conftest(source.NewFile(name, text))
		return []any{commands}, err
	case "json":
		var out any
		err := json.Unmarshal(text, &out)
		return out, err
	case "yaml":
		var documents []any
		for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
			var out any
			if err := d.Decode(&out); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			documents = append(documents, out)
		}
		if len(documents) == 1 {
			return documents[0], nil
		}
		return documents, nil
	}
	return nil, topdown.Halt{Err: fmt.Errorf("plimline reads dockerfile, json and yaml, and not %q", parser)}
}

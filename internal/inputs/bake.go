package inputs

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/plimline/plimline/internal/source"
)

// maxTargets bounds the targets that matrices make of one file.
const maxTargets = 1000

// maxDetail bounds what is quoted of HCL's own words, in characters.
const maxDetail = 200

// bakeNames are the files that docker buildx bake reads when none is named, each on top of those before, and all on the Compose files.
const bakeNames = "docker-bake.json docker-bake.hcl docker-bake.override.json docker-bake.override.hcl"

// bake reads a Bake file, with those that bake reads along. Its paths are relative to the folder that bake runs in: that of the file, if the
// Dockerfile is there, else this one.
func (r *reader) bake(file *source.File) ([]Build, error) {
	b := &bakeFile{reader: r, file: file, targets: map[string]*bakeTarget{}, inherited: map[string]bool{}, named: map[string]bool{}}
	files := []*source.File{file}
	if dir, name := path.Split(file.Path); named(name, bakeNames) {
		files = nil
		for name := range strings.FieldsSeq(bakeNames) {
			if name = dir + name; !exists(name) && name != file.Path {
				r.sought[name] = true
				continue
			}
			f, err := r.open(name)
			if err != nil {
				return nil, fmt.Errorf("with what is beside it: %s: %w", name, err)
			}
			files = append(files, f)
		}
		for name := range strings.FieldsSeq(defaultNames) {
			if name = dir + name; !exists(name) {
				r.sought[name] = true
			} else if f, err := r.open(name); err == nil {
				services, _ := r.project(f) // what is wrong with it is said where it is read for itself
				b.services(services)
				break
			}
		}
	}
	b.above = !slices.ContainsFunc(files, func(f *source.File) bool { return !strings.Contains(path.Base(f.Path), ".override.") })
	var bodies []hcl.Body
	for _, f := range files {
		parse := json.Parse
		if !isJSON(f.Path) {
			parse = func(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
				return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
			}
		}
		parsed, diags := parse(f.Bytes, f.Path)
		if diags.HasErrors() {
			return nil, in(file.Path, diagnosed(diags))
		}
		bodies = append(bodies, parsed.Body)
	}
	if err := b.read(hcl.MergeBodies(bodies)); err != nil {
		return nil, in(file.Path, err)
	}
	return b.builds(), nil
}

func isJSON(name string) bool { return strings.EqualFold(path.Ext(name), ".json") }

// failed stands in HCL's words in front of why a function failed.
const failed = " failed: "

// diagnosed is the first error that HCL speaks of, with its line.
func diagnosed(diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		message := strings.TrimSuffix(d.Summary, ".")
		if detail := strings.TrimSuffix(strings.Join(strings.Fields(d.Detail), " "), "."); detail != "" {
			if first, last := strings.Index(detail, failed), strings.LastIndex(detail, failed); first < last {
				detail = detail[:first] + detail[last:] // calls within calls
			}
			if r := []rune(detail); len(r) > maxDetail {
				detail = string(r[:maxDetail]) + "…"
			}
			message += ": " + detail
		}
		if d.Subject == nil {
			return errors.New(message)
		}
		return wrongAt(*d.Subject, "%s", message)
	}
	return nil
}

// wrongAt is what is wrong at a place.
func wrongAt(r hcl.Range, format string, args ...any) error {
	return &located{r.Filename, r.Start.Line, fmt.Sprintf(format, args...)}
}

// bakeFile is a Bake file as it is read, with those that lie on top of it or below.
type bakeFile struct {
	*reader
	file      *source.File // the one that was asked for
	ctx       *hcl.EvalContext
	targets   map[string]*bakeTarget
	order     []*bakeTarget
	inherited map[string]bool
	named     map[string]bool // by a group
	calls     int             // functions of the file that are running
	above     bool            // it is meant to lie on top of others, which are not there
}

// bakeTarget is a target, or one of those that a matrix makes of it.
type bakeTarget struct {
	name    string
	at      hcl.Range
	layers  []layer  // the blocks of this name, later ones on top
	bases   []string // whom it inherits from, later ones winning
	unknown string
	err     error
}

// layer is a block, or a service of a Compose file.
type layer struct {
	attrs   hcl.Attributes
	ctx     *hcl.EvalContext
	service *Build
}

// services are targets that bake makes of a Compose file. They are listed where a Bake file says more of them.
func (b *bakeFile) services(builds []Build) {
	for i := range builds {
		name := strings.ReplaceAll(strings.TrimPrefix(builds[i].Name, "service "), ".", "_")
		b.targets[name] = &bakeTarget{name: name, layers: []layer{{service: &builds[i]}}}
	}
}

func (b *bakeFile) read(body hcl.Body) error {
	b.ctx = &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: functions()}
	blocks := []hcl.BlockHeaderSchema{}
	for _, name := range []string{"variable", "group", "target", "function"} {
		blocks = append(blocks, hcl.BlockHeaderSchema{Type: name, LabelNames: []string{"name"}})
	}
	content, rest, diags := body.PartialContent(&hcl.BodySchema{Blocks: blocks})
	if diags.HasErrors() {
		return diagnosed(diags)
	}
	if len(content.Blocks) == 0 {
		return errors.New("it has no targets, so it is not a Bake file")
	}
	for _, block := range content.Blocks.OfType("function") {
		f, err := b.function(block)
		if err != nil {
			return err
		}
		b.ctx.Functions[block.Labels[0]] = f
	}
	b.variables(rest, content)
	for _, block := range content.Blocks.OfType("group") {
		attrs, _ := block.Body.JustAttributes()
		names, _, _ := b.strings(attrs["targets"], b.ctx)
		for _, name := range names {
			b.named[name] = true
		}
	}
	for _, block := range content.Blocks.OfType("target") {
		b.target(block)
	}
	if len(b.order) > maxTargets {
		return fmt.Errorf("it has more than %d targets", maxTargets)
	}
	return nil
}

// variable is one that may not have its value yet.
type variable struct {
	value    hcl.Expression // its default; nil for none
	typ      cty.Type
	declared bool // the environment may set it
}

// variables gives every variable its value: that of the environment, or its default. Defaults may use others, in any order. One that has
// neither is unknown.
func (b *bakeFile) variables(globals hcl.Body, content *hcl.BodyContent) {
	open := map[string]variable{}
	for _, block := range content.Blocks.OfType("variable") {
		attrs, _ := block.Body.JustAttributes() // there may be blocks, too: validation
		v := variable{typ: cty.DynamicPseudoType, declared: true}
		if t := attrs["type"]; t != nil {
			if typ, diags := typeexpr.TypeConstraint(t.Expr); !diags.HasErrors() {
				v.typ = typ
			}
		}
		if d := attrs["default"]; d != nil {
			v.value = d.Expr
		}
		open[block.Labels[0]] = v
	}
	attrs, _ := globals.JustAttributes()
	for name, a := range attrs {
		open[name] = variable{a.Expr, cty.DynamicPseudoType, open[name].declared}
	}
	b.ctx.Variables["BAKE_CMD_CONTEXT"] = cty.StringVal("cwd://")
	for _, name := range []string{"target", "group", "variable", "BAKE_LOCAL_PLATFORM"} {
		b.ctx.Variables[name] = cty.DynamicVal
	}
	for name := range open {
		delete(b.ctx.Variables, name)
	}
	for progress := true; progress; {
		progress = false
		for name, v := range open {
			value := cty.DynamicVal
			if v.value != nil {
				var diags hcl.Diagnostics
				if value, diags = v.value.Value(b.ctx); diags.HasErrors() {
					continue // what it uses may come later
				}
			}
			if size(value) > maxFile {
				value = cty.DynamicVal
			}
			b.ctx.Variables[name] = b.given(name, v, value)
			delete(open, name)
			progress = true
		}
	}
	for name, v := range open {
		b.ctx.Variables[name] = b.given(name, v, cty.DynamicVal)
	}
}

// size is how much a value holds, in bytes and elements.
func size(value cty.Value) int {
	total := 0
	cty.Walk(value, func(_ cty.Path, v cty.Value) (bool, error) {
		if total++; v.IsKnown() && !v.IsNull() && v.Type() == cty.String {
			total += len(v.AsString())
		}
		return total <= maxFile, nil
	})
	return total
}

// given is the value of a variable: that of the environment, as the type that it or its default has, or its own.
func (b *bakeFile) given(name string, v variable, own cty.Value) cty.Value {
	if converted, err := convert.Convert(own, v.typ); err == nil {
		own = converted
	}
	if b.lookup == nil || !v.declared {
		return own
	}
	text, set := b.lookup(name)
	_, asJSON := b.lookup(name + "_JSON")
	t := own.Type()
	switch {
	case asJSON && (!set || v.typ != cty.DynamicPseudoType):
		return cty.UnknownVal(v.typ) // JSON, or lists of values: whoever sets it is not to be outguessed
	case !set:
		return own
	case t == cty.DynamicPseudoType:
		return cty.StringVal(text)
	case !t.IsPrimitiveType():
		return cty.UnknownVal(t)
	}
	value, err := convert.Convert(cty.StringVal(text), t)
	if err != nil {
		return cty.StringVal(text)
	}
	return value
}

// function is one that the file defines. HCL bounds nothing of it: how deep it calls others is counted.
func (b *bakeFile) function(block *hcl.Block) (function.Function, error) {
	attrs, diags := block.Body.JustAttributes()
	if diags.HasErrors() {
		return function.Function{}, diagnosed(diags)
	}
	name := block.Labels[0]
	params, result := attrs["params"], attrs["result"]
	if params == nil || result == nil {
		return function.Function{}, wrongAt(block.DefRange, "function %s has no params or no result", name)
	}
	exprs, diags := hcl.ExprList(params.Expr)
	if diags.HasErrors() {
		return function.Function{}, diagnosed(diags)
	}
	spec := &function.Spec{}
	for _, expr := range exprs {
		spec.Params = append(spec.Params, function.Parameter{Name: hcl.ExprAsKeyword(expr), Type: cty.DynamicPseudoType})
	}
	if rest := attrs["variadic_params"]; rest != nil {
		spec.VarParam = &function.Parameter{Name: hcl.ExprAsKeyword(rest.Expr), Type: cty.DynamicPseudoType}
	}
	call := func(args []cty.Value) (cty.Value, error) {
		if b.calls >= maxCalls {
			return cty.NilVal, fmt.Errorf("%s is called more than %d functions deep", name, maxCalls)
		}
		b.calls++
		defer func() { b.calls-- }()
		ctx := b.ctx.NewChild()
		ctx.Variables = map[string]cty.Value{}
		for i, p := range spec.Params {
			ctx.Variables[p.Name] = args[i]
		}
		if spec.VarParam != nil {
			ctx.Variables[spec.VarParam.Name] = cty.TupleVal(args[len(spec.Params):])
		}
		value, diags := result.Expr.Value(ctx)
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
		return value, nil
	}
	spec.Type = func(args []cty.Value) (cty.Type, error) {
		value, err := call(args)
		if err != nil {
			return cty.NilType, err
		}
		return value.Type(), nil
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) { return call(args) }
	return function.New(spec), nil
}

// target adds a target, or those that its matrix makes of it. Blocks of the same name are one.
func (b *bakeFile) target(block *hcl.Block) {
	attrs, _ := block.Body.JustAttributes()
	label, at := block.Labels[0], block.LabelRanges[0]
	matrix, known, err := b.matrix(attrs["matrix"])
	if err != nil || !known {
		t := b.add(label, at, layer{attrs: attrs, ctx: b.ctx})
		if t.err = err; err == nil {
			t.unknown = "its matrix depends on a variable that has no value"
		}
		return
	}
	var names []string
	for i, values := range matrix {
		ctx, name := b.ctx, label
		if attrs["matrix"] != nil {
			ctx = b.ctx.NewChild()
			ctx.Variables = values
			text, known, err := b.string(attrs["name"], ctx)
			switch {
			case err != nil:
			case !known:
				name = fmt.Sprintf("%s (%d)", label, i+1)
			case text != nil && *text != "":
				name = *text
			}
		}
		names = append(names, name)
		b.add(name, at, layer{attrs: attrs, ctx: ctx})
	}
	if b.named[label] { // a matrix is a group, too
		for _, name := range names {
			b.named[name] = true
		}
	}
}

func (b *bakeFile) add(name string, at hcl.Range, l layer) *bakeTarget {
	t := b.targets[name]
	if t == nil {
		t = &bakeTarget{name: name}
		b.targets[name] = t
	}
	if t.at.Filename == "" {
		t.at = at
		b.order = append(b.order, t)
	}
	t.layers = append(t.layers, l)
	bases, _, err := b.strings(l.attrs["inherits"], l.ctx)
	if err != nil && t.err == nil {
		t.err = err
	}
	for _, base := range bases {
		b.inherited[base] = true
	}
	t.bases = append(t.bases, bases...)
	return t
}

// matrix is the variables of each target that a matrix makes; without one there is one target, with none.
func (b *bakeFile) matrix(a *hcl.Attribute) (out []map[string]cty.Value, known bool, err error) {
	out = []map[string]cty.Value{{}}
	if a == nil {
		return out, true, nil
	}
	value, diags := a.Expr.Value(b.ctx)
	if diags.HasErrors() {
		return nil, false, diagnosed(diags)
	}
	if !value.IsKnown() {
		return nil, false, nil
	}
	if value.IsNull() || !value.Type().IsObjectType() && !value.Type().IsMapType() {
		return nil, false, wrongAt(a.Range, "matrix is a map of lists")
	}
	for it := value.ElementIterator(); it.Next(); {
		key, values := it.Element()
		if !values.IsKnown() {
			return nil, false, nil
		}
		if values.IsNull() || !values.CanIterateElements() {
			return nil, false, wrongAt(a.Range, "matrix is a map of lists")
		}
		var next []map[string]cty.Value
		for _, so := range out {
			for each := values.ElementIterator(); each.Next(); {
				_, v := each.Element()
				with := map[string]cty.Value{key.AsString(): v}
				for name, value := range so {
					with[name] = value
				}
				if next = append(next, with); len(next) > maxTargets {
					return nil, false, wrongAt(a.Range, "the matrix makes more than %d targets", maxTargets)
				}
			}
		}
		out = next
	}
	return out, true, nil
}

// string evaluates an attribute; known is false for what depends on a variable without a value. It is nil for none, and for null.
func (b *bakeFile) string(a *hcl.Attribute, ctx *hcl.EvalContext) (text *string, known bool, err error) {
	if a == nil {
		return nil, true, nil
	}
	value, diags := a.Expr.Value(ctx)
	if diags.HasErrors() {
		return nil, false, diagnosed(diags)
	}
	if value.IsKnown() && value.IsNull() {
		return nil, true, nil
	}
	s, known, ok := str(value)
	if !ok {
		return nil, false, wrongAt(a.Range, "%s is a text", a.Name)
	}
	return &s, known, nil
}

// str is a value as a text; ok is false when it is none.
func str(value cty.Value) (text string, known, ok bool) {
	if !value.IsKnown() {
		return "", false, true
	}
	if value.IsNull() {
		return "", true, true
	}
	value, err := convert.Convert(value, cty.String)
	if err != nil {
		return "", false, false
	}
	if !value.IsKnown() {
		return "", false, true
	}
	return value.AsString(), true, true
}

// strings evaluates a list of texts; those not known are left out, and known is false then.
func (b *bakeFile) strings(a *hcl.Attribute, ctx *hcl.EvalContext) (out []string, known bool, err error) {
	if a == nil {
		return nil, true, nil
	}
	value, diags := a.Expr.Value(ctx)
	if diags.HasErrors() {
		return nil, false, diagnosed(diags)
	}
	if !value.IsKnown() || value.IsNull() {
		return nil, value.IsKnown(), nil
	}
	if t := value.Type(); !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return nil, false, wrongAt(a.Range, "%s is a list of texts", a.Name)
	}
	known = true
	for it := value.ElementIterator(); it.Next(); {
		_, v := it.Element()
		text, isKnown, ok := str(v)
		if !ok {
			return nil, false, wrongAt(a.Range, "%s is a list of texts", a.Name)
		}
		if known = known && isKnown; isKnown {
			out = append(out, text)
		}
	}
	return out, known, nil
}

// entry is a value of a map; known is false for what depends on a variable without a value.
type entry struct {
	name, value string
	known       bool
}

// entries evaluates a map of texts. Those that are null are left out.
func (b *bakeFile) entries(a *hcl.Attribute, ctx *hcl.EvalContext) ([]entry, error) {
	if a == nil {
		return nil, nil
	}
	value, diags := a.Expr.Value(ctx)
	if diags.HasErrors() {
		return nil, diagnosed(diags)
	}
	if !value.IsKnown() || value.IsNull() {
		return nil, nil
	}
	if t := value.Type(); !t.IsObjectType() && !t.IsMapType() {
		return nil, wrongAt(a.Range, "%s is a map of texts", a.Name)
	}
	var out []entry
	for it := value.ElementIterator(); it.Next(); {
		key, v := it.Element()
		if v.IsKnown() && v.IsNull() {
			continue
		}
		text, known, ok := str(v)
		if !ok {
			return nil, wrongAt(a.Range, "%s: %s is a text", a.Name, key.AsString())
		}
		out = append(out, entry{key.AsString(), text, known})
	}
	return out, nil
}

// builds are the targets that are built: all but those that others inherit from and no group, and no context of another, names.
func (b *bakeFile) builds() []Build {
	all := make([]Build, len(b.order))
	built := map[string]bool{}
	var build func(name string)
	build = func(name string) {
		i := slices.IndexFunc(b.order, func(t *bakeTarget) bool { return t.name == name })
		if built[name] || i < 0 {
			return
		}
		built[name] = true
		for _, link := range all[i].links {
			build(link)
		}
	}
	for i, t := range b.order {
		out := Build{
			Name: "target " + t.name, File: b.files[t.at.Filename], Span: source.Span{Start: t.at.Start.Byte, End: t.at.End.Byte},
			Args: map[string]string{}, Unknown: t.unknown,
		}
		out.Err = in(t.at.Filename, b.build(&out, t))
		all[i] = out
	}
	for _, t := range b.order {
		if !b.inherited[t.name] || b.named[t.name] || t.name == "default" {
			build(t.name)
		}
	}
	var out []Build
	for i, t := range b.order {
		if built[t.name] {
			out = append(out, all[i])
		}
	}
	return out
}

func (b *bakeFile) build(out *Build, t *bakeTarget) error {
	layers, err := b.chain(t, map[string]bool{}, 0)
	if err != nil {
		return err
	}
	dir, context, dockerfile := path.Dir(b.file.Path), ".", ""
	contexts := map[string]string{}
	unknown := func(name string) {
		if out.Unknown == "" {
			out.Unknown = fmt.Sprintf("its %s depends on a variable that has no value", name)
		}
	}
	for _, l := range layers {
		if s := l.service; s != nil {
			if s.Err != nil {
				return fmt.Errorf("%s in %s: %w", s.Name, s.File.Path, s.Err)
			}
			dir, context, dockerfile = "", s.Context, s.dockerfile
			out.Inline, out.Target, out.Unknown = s.Inline, s.Target, s.Unknown
			maps.Copy(out.Args, s.Args)
			out.CallersArgs = append(out.CallersArgs, s.CallersArgs...)
			for _, name := range s.Contexts {
				contexts[name] = "."
			}
			continue
		}
		for _, set := range []struct {
			name string
			to   *string
		}{{"context", &context}, {"dockerfile", &dockerfile}, {"target", &out.Target}} {
			text, known, err := b.string(l.attrs[set.name], l.ctx)
			switch {
			case err != nil:
				return err
			case !known:
				unknown(set.name)
			case text != nil:
				if *set.to = *text; set.to == &context {
					dir = path.Dir(b.file.Path)
				}
			}
		}
		if a := l.attrs["dockerfile-inline"]; a != nil {
			text, known, err := b.string(a, l.ctx)
			switch {
			case err != nil:
				return err
			case !known:
				unknown(a.Name)
			case text != nil && *text == "":
				out.Inline = nil
			case text != nil:
				out.Inline = b.inline(a.Expr, l.ctx, *text)
			}
		}
		args, err := b.entries(l.attrs["args"], l.ctx)
		if err != nil {
			return err
		}
		for _, e := range args {
			out.CallersArgs = slices.DeleteFunc(out.CallersArgs, func(name string) bool { return name == e.name })
			if out.Args[e.name] = e.value; !e.known {
				out.caller(e.name)
			}
		}
		more, err := b.entries(l.attrs["contexts"], l.ctx)
		if err != nil {
			return err
		}
		for _, e := range more {
			if contexts[e.name] = e.value; e.known && e.value == "" {
				delete(contexts, e.name)
			}
		}
	}
	out.Contexts = slices.Sorted(maps.Keys(contexts))
	for _, value := range contexts {
		if link, ok := strings.CutPrefix(value, "target:"); ok {
			out.links = append(out.links, link)
		}
	}
	if out.Unknown != "" {
		return nil
	}
	out.place(dir, strings.TrimPrefix(context, "cwd://"), strings.TrimPrefix(dockerfile, "cwd://"))
	if b.above && out.Dockerfile != "" && !exists(out.Dockerfile) {
		out.Unknown = notThere
	}
	return nil
}

// chain is the layers of a target on those of the targets that it inherits from.
func (b *bakeFile) chain(t *bakeTarget, seen map[string]bool, depth int) ([]layer, error) {
	if t.err != nil {
		return nil, t.err
	}
	switch {
	case seen[t.name]:
		return nil, wrongAt(t.at, "target %s inherits from itself", t.name)
	case depth > maxDepth:
		return nil, wrongAt(t.at, "targets inherit from one another more than %d deep", maxDepth)
	}
	seen[t.name] = true
	defer delete(seen, t.name)
	var out []layer
	for _, name := range t.bases {
		base, ok := b.targets[name]
		if !ok {
			return nil, wrongAt(t.at, "there is no target %s to inherit from", name)
		}
		more, err := b.chain(base, seen, depth+1)
		if err != nil {
			return nil, err
		}
		if out = append(out, more...); len(out) > maxTargets {
			return nil, wrongAt(t.at, "target %s inherits from more than %d others", t.name, maxTargets)
		}
	}
	return append(out, t.layers...), nil
}

// functions are those of bake's standard library. What they give is unknown where it needs the clock, chance, or more code than a linter
// should have for it.
func functions() map[string]function.Function {
	out := map[string]function.Function{
		"absolute": stdlib.AbsoluteFunc, "add": stdlib.AddFunc, "and": stdlib.AndFunc, "byteslen": stdlib.BytesLenFunc,
		"bytesslice": stdlib.BytesSliceFunc, "can": tryfunc.CanFunc, "ceil": stdlib.CeilFunc, "chomp": stdlib.ChompFunc,
		"chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc,
		"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "csvdecode": stdlib.CSVDecodeFunc,
		"distinct": stdlib.DistinctFunc, "divide": stdlib.DivideFunc, "element": stdlib.ElementFunc, "equal": stdlib.EqualFunc,
		"flatten": stdlib.FlattenFunc, "floor": stdlib.FloorFunc, "format": stdlib.FormatFunc, "formatdate": stdlib.FormatDateFunc,
		"formatlist": stdlib.FormatListFunc, "greaterthan": stdlib.GreaterThanFunc, "greaterthanorequalto": stdlib.GreaterThanOrEqualToFunc,
		"hasindex": stdlib.HasIndexFunc, "indent": stdlib.IndentFunc, "index": stdlib.IndexFunc, "int": stdlib.IntFunc,
		"join": stdlib.JoinFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc,
		"length": stdlib.LengthFunc, "lessthan": stdlib.LessThanFunc, "lessthanorequalto": stdlib.LessThanOrEqualToFunc, "log": stdlib.LogFunc,
		"lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc, "max": stdlib.MaxFunc, "merge": stdlib.MergeFunc, "min": stdlib.MinFunc,
		"modulo": stdlib.ModuloFunc, "multiply": stdlib.MultiplyFunc, "negate": stdlib.NegateFunc, "not": stdlib.NotFunc,
		"notequal": stdlib.NotEqualFunc, "or": stdlib.OrFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "range": stdlib.RangeFunc,
		"regex_replace": stdlib.RegexReplaceFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc, "replace": stdlib.ReplaceFunc,
		"reverse": stdlib.ReverseFunc, "reverselist": stdlib.ReverseListFunc, "sethaselement": stdlib.SetHasElementFunc,
		"setintersection": stdlib.SetIntersectionFunc, "setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc,
		"setsymmetricdifference": stdlib.SetSymmetricDifferenceFunc, "setunion": stdlib.SetUnionFunc, "signum": stdlib.SignumFunc,
		"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "split": stdlib.SplitFunc, "strlen": stdlib.StrlenFunc, "substr": stdlib.SubstrFunc,
		"subtract": stdlib.SubtractFunc, "timeadd": stdlib.TimeAddFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc, "try": tryfunc.TryFunc,
		"upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
		"basename": ofText(path.Base), "dirname": ofText(path.Dir), "sanitize": ofText(sanitize),
		"base64encode": ofText(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		"md5":          ofText(func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }),
		"sha1":         ofText(func(s string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(s))) }),
		"sha256":       ofText(func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }),
		"sha512":       ofText(func(s string) string { return fmt.Sprintf("%x", sha512.Sum512([]byte(s))) }),
		"urlencode":    ofText(url.QueryEscape), "convert": typeexpr.ConvertFunc,
	}
	for _, name := range []string{
		"base64decode", "bcrypt", "cidrhost", "cidrnetmask", "cidrsubnet", "cidrsubnets", "formattimestamp", "homedir", "indexof", "rsadecrypt",
		"semvercmp", "timestamp", "unixtimestampparse", "uuidv4", "uuidv5",
	} {
		out[name] = unknownFunction()
	}
	return out
}

// maxCalls bounds how deep functions of the file call one another: HCL bounds nothing, and each level doubles the work.
const maxCalls = 8

// ofText is a function of one text.
func ofText(f func(string) string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(f(args[0].AsString())), nil
		},
	})
}

// unknownFunction takes anything and gives what is not known.
func unknownFunction() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl:     func([]cty.Value, cty.Type) (cty.Value, error) { return cty.DynamicVal, nil },
	})
}

// sanitize makes a text a target's name.
func sanitize(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, s)
}

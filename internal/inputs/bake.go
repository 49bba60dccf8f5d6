package inputs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/userfunc"
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

// bake reads a Bake file. Its paths are relative to the folder that bake runs in: that of the file, if the Dockerfile is there, else this one.
func (r *reader) bake(file *source.File) ([]Build, error) {
	parse := func(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
		return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	}
	isJSON := strings.EqualFold(path.Ext(file.Path), ".json")
	if isJSON {
		parse = json.Parse
	}
	parsed, diags := parse(file.Bytes, file.Path)
	if diags.HasErrors() {
		return nil, diagnosed(diags)
	}
	b := &bakeFile{reader: r, file: file, json: isJSON, targets: map[string]*bakeTarget{}, inherited: map[string]bool{}, grouped: map[string]bool{}}
	if err := b.read(parsed.Body); err != nil {
		return nil, err
	}
	return b.builds(), nil
}

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
		return fmt.Errorf("line %d: %s", d.Subject.Start.Line, message)
	}
	return nil
}

// bakeFile is a Bake file as it is read.
type bakeFile struct {
	*reader
	file      *source.File
	json      bool
	ctx       *hcl.EvalContext
	targets   map[string]*bakeTarget
	order     []*bakeTarget
	inherited map[string]bool
	grouped   map[string]bool
	calls     int // functions of the file that are running
}

// bakeTarget is a target, or one of those that a matrix makes of it.
type bakeTarget struct {
	name  string
	span  source.Span
	attrs map[string]*hcl.Attribute
	ctx   *hcl.EvalContext
	bases []string // whom it inherits from, later ones winning
	err   error
}

func (b *bakeFile) read(body hcl.Body) error {
	b.ctx = &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: functions()}
	own, rest, diags := userfunc.DecodeUserFunctions(body, "function", func() *hcl.EvalContext { return b.ctx })
	if diags.HasErrors() {
		return diagnosed(diags)
	}
	for name, f := range own {
		b.ctx.Functions[name] = b.bounded(name, f)
	}
	blocks := []hcl.BlockHeaderSchema{}
	for _, name := range []string{"variable", "group", "target"} {
		blocks = append(blocks, hcl.BlockHeaderSchema{Type: name, LabelNames: []string{"name"}})
	}
	content, rest, diags := rest.PartialContent(&hcl.BodySchema{Blocks: blocks})
	if diags.HasErrors() {
		return diagnosed(diags)
	}
	if len(content.Blocks) == 0 {
		return errors.New("it has no targets, so it is not a Bake file")
	}
	b.variables(rest, content)
	for _, block := range content.Blocks.OfType("group") {
		attrs, _ := block.Body.JustAttributes()
		names, _, _ := b.strings(attrs["targets"], b.ctx)
		for _, name := range names {
			b.grouped[name] = true
		}
	}
	for _, block := range content.Blocks.OfType("target") {
		b.target(block)
	}
	return nil
}

// variables gives every variable its value: that of the environment, or its default. Defaults may use others, in any order. One that has
// neither is unknown.
func (b *bakeFile) variables(globals hcl.Body, content *hcl.BodyContent) {
	open := map[string]hcl.Expression{}
	for _, block := range content.Blocks.OfType("variable") {
		name := block.Labels[0]
		attrs, _ := block.Body.JustAttributes()
		if d := attrs["default"]; d != nil {
			open[name] = d.Expr
		} else {
			b.ctx.Variables[name] = b.given(name, cty.DynamicVal)
		}
	}
	attrs, _ := globals.JustAttributes()
	for name, a := range attrs {
		open[name] = a.Expr
	}
	for _, name := range []string{"target", "group", "variable", "BAKE_CMD_CONTEXT", "BAKE_LOCAL_PLATFORM"} {
		if _, own := open[name]; !own {
			b.ctx.Variables[name] = cty.DynamicVal
		}
	}
	for progress := true; progress; {
		progress = false
		for name, expr := range open {
			value, diags := expr.Value(b.ctx)
			if diags.HasErrors() {
				continue // what it uses may come later
			}
			b.ctx.Variables[name] = b.given(name, value)
			delete(open, name)
			progress = true
		}
	}
	for name := range open {
		b.ctx.Variables[name] = b.given(name, cty.DynamicVal)
	}
}

// given is the value of a variable in the environment, as the type that its default has.
func (b *bakeFile) given(name string, otherwise cty.Value) cty.Value {
	if b.lookup == nil {
		return otherwise
	}
	text, ok := b.lookup(name)
	if !ok {
		return otherwise
	}
	value := cty.StringVal(text)
	if t := otherwise.Type(); t == cty.Bool || t == cty.Number {
		if converted, err := convert.Convert(value, t); err == nil {
			return converted
		}
	}
	return value
}

// target adds a target, or those that its matrix makes of it. Blocks of the same name are one.
func (b *bakeFile) target(block *hcl.Block) {
	attrs, _ := block.Body.JustAttributes()
	label := block.LabelRanges[0]
	span := source.Span{Start: label.Start.Byte, End: label.End.Byte}
	matrix, err := b.matrix(attrs["matrix"])
	if err != nil {
		b.add(&bakeTarget{name: block.Labels[0], span: span, attrs: attrs, ctx: b.ctx, err: err})
		return
	}
	var names []string
	for _, values := range matrix {
		ctx := b.ctx
		name := block.Labels[0]
		if len(values) > 0 {
			ctx = b.ctx.NewChild()
			ctx.Variables = values
			if text, known, err := b.string(attrs["name"], ctx); err == nil && known && text != "" {
				name = text
			}
		}
		names = append(names, name)
		b.add(&bakeTarget{name: name, span: span, attrs: attrs, ctx: ctx})
	}
	if b.grouped[block.Labels[0]] { // a matrix is a group, too
		for _, name := range names {
			b.grouped[name] = true
		}
	}
}

func (b *bakeFile) add(t *bakeTarget) {
	if t.attrs["inherits"] != nil && t.err == nil {
		t.bases, _, t.err = b.strings(t.attrs["inherits"], t.ctx)
		for _, base := range t.bases {
			b.inherited[base] = true
		}
	}
	if known, ok := b.targets[t.name]; ok {
		for name, a := range t.attrs {
			known.attrs[name] = a
		}
		known.bases = append(known.bases, t.bases...)
		if t.ctx != b.ctx {
			known.ctx = t.ctx
		}
		return
	}
	b.targets[t.name] = t
	if len(b.order) < maxTargets {
		b.order = append(b.order, t)
	}
}

// matrix is the variables of each target that a matrix makes; without one there is one target, with none.
func (b *bakeFile) matrix(a *hcl.Attribute) ([]map[string]cty.Value, error) {
	out := []map[string]cty.Value{{}}
	if a == nil {
		return out, nil
	}
	value, diags := a.Expr.Value(b.ctx)
	if diags.HasErrors() {
		return nil, diagnosed(diags)
	}
	if !value.IsKnown() || value.IsNull() || !value.CanIterateElements() || !value.Type().IsObjectType() && !value.Type().IsMapType() {
		return nil, fmt.Errorf("line %d: matrix is a map of lists", a.Range.Start.Line)
	}
	for it := value.ElementIterator(); it.Next(); {
		key, values := it.Element()
		if !values.IsKnown() || values.IsNull() || !values.CanIterateElements() {
			return nil, fmt.Errorf("line %d: matrix is a map of lists", a.Range.Start.Line)
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
					return nil, fmt.Errorf("line %d: the matrix makes more than %d targets", a.Range.Start.Line, maxTargets)
				}
			}
		}
		out = next
	}
	return out, nil
}

// string evaluates an attribute; known is false for what depends on a variable without a value. It is "" for none, and for null.
func (b *bakeFile) string(a *hcl.Attribute, ctx *hcl.EvalContext) (text string, known bool, err error) {
	if a == nil {
		return "", true, nil
	}
	value, diags := a.Expr.Value(ctx)
	if diags.HasErrors() {
		return "", false, diagnosed(diags)
	}
	text, known, ok := str(value)
	if !ok {
		return "", false, fmt.Errorf("line %d: %s is a text", a.Range.Start.Line, a.Name)
	}
	return text, known, nil
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
		return nil, false, fmt.Errorf("line %d: %s is a list of texts", a.Range.Start.Line, a.Name)
	}
	known = true
	for it := value.ElementIterator(); it.Next(); {
		_, v := it.Element()
		text, isKnown, ok := str(v)
		if !ok {
			return nil, false, fmt.Errorf("line %d: %s is a list of texts", a.Range.Start.Line, a.Name)
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
		return nil, fmt.Errorf("line %d: %s is a map of texts", a.Range.Start.Line, a.Name)
	}
	var out []entry
	for it := value.ElementIterator(); it.Next(); {
		key, v := it.Element()
		if v.IsKnown() && v.IsNull() {
			continue
		}
		text, known, ok := str(v)
		if !ok {
			return nil, fmt.Errorf("line %d: %s: %s is a text", a.Range.Start.Line, a.Name, key.AsString())
		}
		out = append(out, entry{key.AsString(), text, known})
	}
	return out, nil
}

// builds are the targets that are built: all but those that others inherit from and no group names.
func (b *bakeFile) builds() []Build {
	var out []Build
	for _, t := range b.order {
		if b.inherited[t.name] && !b.grouped[t.name] && t.name != "default" {
			continue
		}
		build := Build{Name: "target " + t.name, File: b.file, Span: t.span, Args: map[string]string{}}
		build.Err = b.build(&build, t)
		out = append(out, build)
	}
	return out
}

func (b *bakeFile) build(out *Build, t *bakeTarget) error {
	chain, err := b.chain(t, map[string]bool{}, 0)
	if err != nil {
		return err
	}
	context, dockerfile := ".", ""
	unknown := func(name string) {
		if out.Unknown == "" {
			out.Unknown = fmt.Sprintf("its %s depends on a variable that has no value", name)
		}
	}
	var inline *hcl.Attribute
	var inlineCtx *hcl.EvalContext
	for _, t := range chain {
		if t.err != nil {
			return t.err
		}
		for _, set := range []struct {
			name string
			to   *string
		}{{"context", &context}, {"dockerfile", &dockerfile}, {"target", &out.Target}} {
			a := t.attrs[set.name]
			if a == nil {
				continue
			}
			text, known, err := b.string(a, t.ctx)
			if err != nil {
				return err
			}
			if !known {
				unknown(set.name)
			}
			*set.to = text
		}
		if a := t.attrs["dockerfile-inline"]; a != nil {
			inline, inlineCtx = a, t.ctx
		}
		args, err := b.entries(t.attrs["args"], t.ctx)
		if err != nil {
			return err
		}
		for _, e := range args {
			out.CallersArgs = slices.DeleteFunc(out.CallersArgs, func(name string) bool { return name == e.name })
			if out.Args[e.name] = e.value; !e.known {
				out.caller(e.name)
			}
		}
		contexts, err := b.entries(t.attrs["contexts"], t.ctx)
		if err != nil {
			return err
		}
		for _, e := range contexts {
			if !slices.Contains(out.Contexts, e.name) {
				out.Contexts = append(out.Contexts, e.name)
			}
		}
	}
	if inline != nil {
		text, known, err := b.string(inline, inlineCtx)
		switch {
		case err != nil:
			return err
		case !known:
			unknown("dockerfile-inline")
		case text != "":
			out.Inline = b.inline(inline.Expr, inlineCtx, text)
		}
	}
	if out.Unknown != "" {
		return nil
	}
	if context == "" {
		context = "."
	}
	context, dockerfile = strings.TrimPrefix(context, "cwd://"), strings.TrimPrefix(dockerfile, "cwd://")
	out.place(path.Dir(b.file.Path), context, dockerfile)
	return nil
}

// chain is a target behind those that it inherits from.
func (b *bakeFile) chain(t *bakeTarget, seen map[string]bool, depth int) ([]*bakeTarget, error) {
	if seen[t.name] || depth > maxDepth {
		return nil, fmt.Errorf("line %d: target %s inherits from itself", b.file.Line(t.span.Start), t.name)
	}
	seen[t.name] = true
	defer delete(seen, t.name)
	var out []*bakeTarget
	for _, name := range t.bases {
		base, ok := b.targets[name]
		if !ok {
			return nil, fmt.Errorf("line %d: there is no target %s to inherit from", b.file.Line(t.span.Start), name)
		}
		more, err := b.chain(base, seen, depth+1)
		if err != nil {
			return nil, err
		}
		if out = append(out, more...); len(out) > maxTargets {
			return nil, fmt.Errorf("line %d: target %s inherits from more than %d others", b.file.Line(t.span.Start), t.name, maxTargets)
		}
	}
	return append(out, t), nil
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
	}
	for _, name := range []string{
		"base64decode", "bcrypt", "cidrhost", "cidrnetmask", "cidrsubnet", "cidrsubnets", "convert", "homedir", "indexof", "md5", "rsadecrypt",
		"sha1", "sha256", "sha512", "timestamp", "unixtimestampparse", "urlencode", "uuidv4", "uuidv5", "semvercmp",
	} {
		out[name] = unknownFunction()
	}
	return out
}

// maxCalls bounds how deep functions of the file call one another: HCL bounds nothing, and each level doubles the work.
const maxCalls = 8

// bounded keeps a function of the file from calling itself without end.
func (b *bakeFile) bounded(name string, f function.Function) function.Function {
	call := func(args []cty.Value) (cty.Value, error) {
		if b.calls >= maxCalls {
			return cty.NilVal, fmt.Errorf("%s is called more than %d functions deep", name, maxCalls)
		}
		b.calls++
		defer func() { b.calls-- }()
		return f.Call(args)
	}
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			value, err := call(args)
			if err != nil {
				return cty.NilType, err
			}
			return value.Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return call(args) },
	})
}

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

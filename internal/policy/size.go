package policy

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// texts bounds the bytes of all texts among the operands, each as the bytes that may come of it.
func texts(each, limit int) bound {
	return func(operands []*ast.Term) error {
		n := 0
		for _, t := range operands {
			n += len(stringOf(t))
		}
		return atMost(each*n, limit, "a text")
	}
}

func stringOf(t *ast.Term) string {
	s, _ := t.Value.(ast.String)
	return string(s)
}

func atMost(n, limit int, what string) error {
	if n <= limit {
		return nil
	}
	return fmt.Errorf("%s of more than %s", what, size(limit))
}

// size writes a round number of bytes.
func size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// joined is what concat makes.
func joined(operands []*ast.Term) error {
	n, between := 0, len(stringOf(operands[0]))
	values(operands[1].Value, func(t *ast.Term) { n += len(stringOf(t)) + between })
	return atMost(n, maxText, "a text")
}

// replaced is what replace makes.
func replaced(operands []*ast.Term) error {
	in, old, new := stringOf(operands[0]), stringOf(operands[1]), stringOf(operands[2])
	if len(new) <= len(old) {
		return nil
	}
	return atMost(len(in)+strings.Count(in, old)*(len(new)-len(old)), maxText, "a text")
}

// pairs are what strings.replace_n looks for: each takes two kilobytes. What it makes is looked at while it is made.
func pairs(operands []*ast.Term) error {
	if o, ok := operands[0].Value.(ast.Object); ok && o.Len() > 1_000 {
		return errors.New("more than 1000 patterns")
	}
	return texts(1, maxText)(operands[1:])
}

// scale weighs values that are written out. What is there twice counts twice: a few lines of Rego make values that share their parts, and that
// are, written out, larger than any memory.
type scale struct {
	item  int // bytes around each element
	level int // bytes before each element for each level that it is deep
	left  int
}

func (s *scale) value(v ast.Value, depth int) {
	if s.left < 0 {
		return
	}
	if depth > maxDepth {
		s.left = -1
		return
	}
	s.left -= s.item + depth*s.level
	switch x := v.(type) {
	case ast.String:
		s.left -= len(x) + 2
	case ast.Number:
		s.left -= len(x)
	case *ast.Array:
		for i := 0; i < x.Len() && s.left >= 0; i++ {
			s.value(x.Elem(i).Value, depth+1)
		}
	case ast.Set:
		for _, t := range x.Slice() {
			if s.value(t.Value, depth+1); s.left < 0 {
				return
			}
		}
	case ast.Object:
		x.Until(func(k, v *ast.Term) bool {
			s.value(k.Value, depth+1)
			s.value(v.Value, depth+1)
			return s.left < 0
		})
	default:
		s.left -= 5
	}
}

// fits reports whether values take no more than some bytes.
func (s scale) fits(bytes int, terms ...*ast.Term) bool {
	s.left = bytes
	for _, t := range terms {
		s.value(t.Value, 0)
	}
	return s.left >= 0
}

func (s scale) weigh(terms ...*ast.Term) error {
	if s.fits(maxText, terms...) {
		return nil
	}
	return fmt.Errorf("a value that is more than %s when it is written out, or more than %d deep", size(maxText), maxDepth)
}

// written bounds values that are written out.
func written(s scale) bound {
	return func(operands []*ast.Term) error { return s.weigh(operands...) }
}

// cut bounds the characters that trim takes off, each of which is looked for at each place.
func cut(operands []*ast.Term) error { return texts(1, 1_000)(operands[1:]) }

// unit bounds what the functions for units read: a number with a power of ten is written out.
func unit(operands []*ast.Term) error {
	s := stringOf(operands[0])
	if len(s) > 1_000 || largePower.MatchString(s) {
		return errors.New("a text of more than 1000 bytes, or a power of ten of more than three digits")
	}
	return nil
}

var largePower = regexp.MustCompile(`[eE][+-]?[0-9]{4}`)

// indented is for json.marshal_with_options, which puts a text before each line, and another one for each level.
func indented(operands []*ast.Term) error {
	s := scale{item: 2}
	if o, ok := operands[1].Value.(ast.Object); ok {
		for key, to := range map[string]*int{"prefix": &s.item, "indent": &s.level} {
			if t := o.Get(ast.StringTerm(key)); t != nil {
				*to += min(len(stringOf(t)), maxText)
			}
		}
	}
	return s.weigh(operands[0])
}

// tree is for what goes down into values.
func tree(also bound) bound {
	return func(operands []*ast.Term) error {
		if also != nil {
			if err := also(operands); err != nil {
				return err
			}
		}
		return scale{item: 2}.weigh(operands...)
	}
}

// parts are the texts and values of a template string, or of print.
func parts(operands []*ast.Term) error { return scale{}.weigh(operands...) }

// printed is what sprintf makes: widths and precisions count, and operands that are named by number may be there often.
func printed(operands []*ast.Term) error {
	format := stringOf(operands[0])
	s := scale{}
	if err := s.weigh(operands[1]); err != nil {
		return err
	}
	n, verbs, byNumber := 0, 0, false
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		verbs++
		for i++; i < len(format) && strings.IndexByte("+-# 0123456789.[]*", format[i]) >= 0; i++ {
			switch c := format[i]; {
			case c == '[' || c == '*':
				byNumber = true
			case c >= '1' && c <= '9':
				start := i
				for i+1 < len(format) && format[i+1] >= '0' && format[i+1] <= '9' {
					i++
				}
				width, err := strconv.Atoi(format[start : i+1])
				if err != nil {
					width = maxText // fmt takes none that large
				}
				n += min(width, maxText)
			}
		}
	}
	if byNumber {
		largest := 0
		values(operands[1].Value, func(t *ast.Term) {
			if i, ok := number64(t); ok {
				largest = max(largest, int(min(max(i, -i), maxText)))
			} else {
				largest = max(largest, len(stringOf(t)))
			}
		})
		n += min(verbs, maxText) * (largest + 64)
	}
	return atMost(n+len(format), maxText, "a text")
}

func number64(t *ast.Term) (int64, bool) {
	n, ok := t.Value.(ast.Number)
	if !ok {
		return 0, false
	}
	return n.Int64()
}

// pieces are what split makes of a text.
func pieces(operands []*ast.Term) error {
	return count(strings.Count(stringOf(operands[0]), stringOf(operands[1])) + 1)
}

// places are where one text is in another.
func places(operands []*ast.Term) error {
	in, what := stringOf(operands[0]), stringOf(operands[1])
	return count(min(len(in), strings.Count(in, what)*len(what)))
}

func count(n int) error {
	if n > maxItems {
		return fmt.Errorf("more than %d elements", maxItems)
	}
	return nil
}

// elements are those of what stands in the operands, and of what stands in that.
func elements(operands []*ast.Term) error {
	n := 0
	for _, t := range operands {
		if len(operands) > 1 { // array.concat
			n += length(t)
			continue
		}
		values(t.Value, func(t *ast.Term) { n += max(1, length(t)) })
	}
	return count(n)
}

func length(t *ast.Term) int {
	switch x := t.Value.(type) {
	case *ast.Array:
		return x.Len()
	case ast.Set:
		return x.Len()
	case ast.Object:
		return x.Len()
	}
	return 0
}

// digits are those of the numbers among the operands, and in collections among them.
func digits(operands []*ast.Term) error {
	n := 0
	add := func(t *ast.Term) {
		if x, ok := t.Value.(ast.Number); ok {
			n += len(x)
			if strings.ContainsAny(string(x), "eE") {
				n += 30_103 // OPA's limit
			}
		}
	}
	for _, t := range operands {
		add(t)
		values(t.Value, add)
	}
	if n > maxDigits {
		return fmt.Errorf("numbers of more than %d digits", maxDigits)
	}
	return nil
}

// shifted is what bits.lsh makes.
func shifted(operands []*ast.Term) error {
	if by, ok := number64(operands[1]); !ok || by > 3*maxDigits {
		return fmt.Errorf("a number of more than %d bits", 3*maxDigits)
	}
	return digits(operands)
}

// matched bounds texts of whose matches a list is made, by the groups of the regular expression.
func matched(at int, in ...int) bound {
	return func(operands []*ast.Term) error {
		groups := strings.Count(stringOf(operands[at]), "(") + 1
		for _, i := range in {
			if len(stringOf(operands[i]))*groups > maxMatched {
				return fmt.Errorf("a text of more than %s, divided by the expression's groups", size(maxMatched))
			}
		}
		return nil
	}
}

// pattern is the key of a regular expression that is bounded, in a query's cache.
type pattern string

// regular bounds what a regular expression takes when it is compiled. Most are so short that nothing has to be counted.
func regular(b topdown.BuiltinContext, p string) error {
	if len(p) <= 256 && !strings.Contains(p, `\p`) && !strings.Contains(p, `\P`) && repeats(p)*len(p) <= 2_048 {
		return nil
	}
	if _, ok := b.Cache.Get(pattern(p)); ok {
		return nil
	}
	if len(p) > 10_000 {
		return errors.New("an expression of more than 10000 bytes")
	}
	x, err := syntax.Parse(p, syntax.Perl)
	if err != nil {
		return nil // the function says so
	}
	steps, runes := compiled(x)
	bytes := 110 * steps * (1 + x.MaxCap()/10)
	if steps < 1_000 && (strings.Contains(p, "^") || strings.Contains(p, `\A`)) {
		bytes += 10 * runes // those that match in one pass have a table for each step, and less than 1000 of these
	}
	if bytes > maxPattern {
		return errors.New("an expression that is too large when its repetitions are written out")
	}
	b.Cache.Put(pattern(p), true)
	return nil
}

// repeats is the product of the numbers in braces.
func repeats(p string) int {
	product := 1
	for i := 0; i < len(p) && product <= maxPattern; i++ {
		if p[i] != '{' {
			continue
		}
		n := 0
		for i++; i < len(p) && (p[i] == ',' || p[i] >= '0' && p[i] <= '9'); i++ {
			if p[i] == ',' {
				product, n = product*max(n, 1), 0
			} else {
				n = min(n*10+int(p[i]-'0'), maxPattern)
			}
		}
		product *= max(n, 1)
	}
	return product
}

// compiled is about how many steps an expression is compiled to, and how many ends of ranges of characters they have, each up to some limit.
func compiled(x *syntax.Regexp) (steps, runes int) {
	const most = 1 << 24
	steps, runes = 1, len(x.Rune)
	switch x.Op {
	case syntax.OpLiteral:
		steps = len(x.Rune)
	case syntax.OpAlternate:
		steps = len(x.Sub)
	case syntax.OpConcat, syntax.OpRepeat:
		steps = 0
	case syntax.OpCapture:
		steps = 2
	}
	for _, sub := range x.Sub {
		s, r := compiled(sub)
		steps, runes = steps+s, runes+r
	}
	if x.Op == syntax.OpRepeat {
		times := max(x.Min, x.Max, 1)
		steps, runes = steps*times+max(x.Max-x.Min, 0), runes*times
	}
	return min(steps, most), min(runes, most)
}

// glob bounds the pattern of glob.match.
func glob(operands []*ast.Term) error {
	p := stringOf(operands[0])
	if len(p) > 1_000 || strings.Count(p, "{") > 10 || strings.Count(p, "*") > 20 {
		return errors.New("a pattern that is longer than 1000 bytes, or has more than 10 braces or 20 stars")
	}
	return nil
}

// zone bounds the operands of time's functions, [time, zone, layout]. Zones but UTC would come from the machine's files.
func zone(operands []*ast.Term) error {
	for _, t := range operands {
		a, ok := t.Value.(*ast.Array)
		if !ok {
			continue
		}
		if a.Len() > 1 {
			if name := stringOf(a.Elem(1)); name != "" && name != "UTC" {
				return fmt.Errorf("the zone %s is not known here; UTC is", brief(a.Elem(1).Value))
			}
		}
		if a.Len() > 2 {
			return texts(8, maxText)([]*ast.Term{a.Elem(2)})
		}
	}
	return nil
}

// reachable bounds the steps of graph.reachable, which goes on from a node once for each way that leads there.
func reachable(operands []*ast.Term) error {
	graph, ok := operands[0].Value.(ast.Object)
	if !ok {
		return nil
	}
	var queue []*ast.Term
	values(operands[1].Value, func(t *ast.Term) { queue = append(queue, t) })
	seen := ast.NewSet()
	for at := 0; at < len(queue); at++ {
		if len(queue) > maxSteps {
			return errSteps
		}
		if next := graph.Get(queue[at]); next != nil {
			values(next.Value, func(t *ast.Term) {
				if len(queue) <= maxSteps && !seen.Contains(t) {
					queue = append(queue, t)
				}
			})
			seen.Add(queue[at])
		}
	}
	return nil
}

// paths bounds the nodes on all paths that graph.reachable_paths makes.
func paths(operands []*ast.Term) error {
	graph, ok := operands[0].Value.(ast.Object)
	if !ok {
		return nil
	}
	steps := 0
	var from func(*ast.Term, []*ast.Term)
	from = func(node *ast.Term, path []*ast.Term) {
		next := graph.Get(node)
		if steps += len(path) + 1; steps > maxSteps || next == nil {
			return
		}
		path = append(path, node)
		values(next.Value, func(t *ast.Term) {
			if !slices.ContainsFunc(path, t.Equal) {
				from(t, path)
			}
		})
	}
	values(operands[1].Value, func(t *ast.Term) { from(t, nil) })
	if steps > maxSteps {
		return errSteps
	}
	return nil
}

var errSteps = fmt.Errorf("a graph with more than %d steps to take", maxSteps)

package image

import (
	"strings"

	"github.com/distribution/reference"

	"github.com/plimline/plimline/internal/source"
)

// Scratch is the name of the empty image, which no registry has.
const Scratch = "scratch"

const (
	hub      = "docker.io"
	hubIndex = "index.docker.io" // its name of old
	official = "library/"
)

// Parse takes the text apart. Variables may stand in it: "golang:${VERSION}-alpine", "$REGISTRY/org/app". They are
// left as written, and a text with them is not Valid. A reference that begins with a variable which may hold a registry
// and more has no Registry, and a path that ends in one has no Name: "$IMAGE" has neither.
func Parse(text string) Reference {
	r := Reference{Text: text}
	if text == Scratch {
		r.Repository, r.Name, r.Familiar = Scratch, Scratch, Scratch
		r.RepositoryAt = source.Span{End: len(text)}
		r.Valid = true
		return r
	}
	if hasScheme(text) {
		r.Invalid = InvalidScheme
		return r
	}
	marks := scan(text)
	r.split(marks)
	r.normalize(marks)
	if !marks.variables {
		r.check()
	}
	return r
}

// At is where the part of the reference that stands at the given range of its text stands in the file.
// word leads from the text to the file and whole is where all of it stands: the answer where word has no map.
func (r Reference) At(part source.Span, word source.Text, whole source.Span) source.Span {
	if word.String != r.Text || part.Len() <= 0 || part.Start < 0 || part.End > len(r.Text) {
		return whole
	}
	return word.Span(part.Start, part.End)
}

// split finds the parts as written.
func (r *Reference) split(m marks) {
	end := len(r.Text)
	if m.at >= 0 {
		r.DigestAt = source.Span{Start: m.at + 1, End: end}
		r.Digest = r.Text[m.at+1:]
		end = m.at
	}
	if m.colon >= 0 {
		r.TagAt = source.Span{Start: m.colon + 1, End: end}
		r.Tag = r.Text[m.colon+1 : end]
		end = m.colon
	}
	start := 0
	if m.slash >= 0 && m.slash < end && isRegistry(r.Text[:m.slash], r.Text[m.slash+1:end]) {
		r.RegistryAt = source.Span{End: m.slash}
		r.Registry = r.Text[:m.slash]
		start = m.slash + 1
	}
	if start < end {
		r.RepositoryAt = source.Span{Start: start, End: end}
		r.Repository = r.Text[start:end]
	}
}

// isRegistry tells whether the first component of a path names a registry, as the Docker CLI does: it has a dot or
// a port, is localhost, or has an upper-case letter, which no repository may have. A variable that is all of the
// component is taken for a registry, which is what nearly all of them hold.
func isRegistry(first, rest string) bool {
	if rest == "" {
		return false
	}
	if _, tail, ok := variable(first); ok {
		return tail == "" || strings.ContainsAny(tail, ".:")
	}
	literal, _, _ := strings.Cut(first, "$") // a variable's name says nothing about the case of its value
	return first == "localhost" || strings.ContainsAny(masked(first), ".:") || literal != strings.ToLower(literal)
}

// normalize fills in what an unwritten registry and namespace stand for.
func (r *Reference) normalize(m marks) {
	if r.Repository == "" {
		return
	}
	written := r.Repository
	unknown := strings.HasPrefix(written, "$") && r.Registry == "" // the variable may bring a registry
	switch {
	case unknown:
	case r.Registry == "" || r.Registry == hubIndex:
		r.Registry = hub
	}
	if r.Registry == hub && !strings.Contains(masked(written), "/") {
		r.Repository = official + written
	}
	r.Name = lastComponent(written)
	switch {
	case r.Registry == hub:
		r.Familiar = familiar(r.Repository)
	case r.Registry == "":
		r.Familiar = written
	default:
		r.Familiar = r.Registry + "/" + r.Repository
	}
}

// familiar is a repository of Docker Hub as people write it.
func familiar(repository string) string {
	if rest, ok := strings.CutPrefix(repository, official); ok && !strings.Contains(rest, "/") {
		return rest
	}
	return repository
}

// lastComponent is the last component of a path; "" when it is one variable and nothing else, which may hold more.
func lastComponent(path string) string {
	name := path[strings.LastIndexByte(masked(path), '/')+1:]
	if _, tail, ok := variable(name); ok && tail == "" {
		return ""
	}
	return name
}

// check asks the authority whether the reference is valid.
func (r *Reference) check() {
	named, err := reference.ParseNormalizedNamed(r.Text)
	if err != nil {
		r.Invalid = InvalidForm
		at := r.RepositoryAt
		if _, err := reference.ParseNormalizedNamed(r.Text[:at.Start] + strings.ToLower(r.Text[at.Start:at.End]) + r.Text[at.End:]); err == nil {
			r.Invalid = InvalidCase
		}
		return
	}
	r.Valid = true
	r.Registry, r.Repository = reference.Domain(named), reference.Path(named)
	r.Familiar = reference.FamiliarName(named)
}

// hasScheme reports whether the text is a URL, such as "https://ghcr.io/org/app".
func hasScheme(text string) bool {
	i := strings.Index(text, "://")
	return i >= 0 && !strings.ContainsAny(text[:i], "${/@")
}

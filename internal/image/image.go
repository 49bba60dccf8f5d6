// Package image takes image references apart.
package image

import "github.com/plimline/plimline/internal/source"

// Reference is an image reference such as "ghcr.io/org/app:1.2@sha256:...".
type Reference struct {
	Text       string // as given
	Registry   string // "docker.io" when none is written; "" when a variable may hold it
	Repository string // with "library/" for Docker Hub's official images
	Name       string // last path component of the repository, such as "golang"; "" when a variable may hold more than it
	Familiar   string // registry, repository as people write them: "golang", "ghcr.io/org/app"
	Tag        string // "" when none is written
	Digest     string // "sha256:...", "" when none is written
	// Where each part stands in Text, as byte offsets into it; zero when the part is not written.
	RegistryAt, RepositoryAt, TagAt, DigestAt source.Span
	// Valid is false when the text is no image reference (distribution/reference's grammar), as
	// with variables nobody resolved; the parts then hold what can be told.
	Valid bool
	// Invalid is why a text without variables is no image reference, so that BuildKit stops; "" when it is one, or may become one.
	Invalid Invalid
}

// Invalid is what is wrong with a text that is no image reference.
type Invalid string

const (
	InvalidCase   Invalid = "case"   // the repository has upper-case letters
	InvalidScheme Invalid = "scheme" // it is a URL
	InvalidForm   Invalid = "form"   // anything else
)

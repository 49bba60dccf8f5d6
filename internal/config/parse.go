package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// maxSize is far more than any configuration needs, and little enough to read whatever it holds.
const maxSize = 1 << 20

// Load reads a configuration file. When its content is wrong, the error is Problems and names all of it.
func Load(file string, cat *finding.Catalog) (*Config, error) {
	content, err := read(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, content, cat)
}

// Catalogs gives the rules there are with the user's policies, in order.
type Catalogs func(policies []Place) (*finding.Catalog, error)

func read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, readError(file, err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, readError(file, err)
	}
	if len(content) > maxSize {
		return nil, readError(file, errors.New("larger than 1 MiB"))
	}
	return content, nil
}

func readError(file string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err // the path is named already
	}
	return fmt.Errorf("read the configuration %s: %w", file, err)
}

// Parse reads the content of a configuration file, for which cat are the rules there are. Globs are relative to the folder of file.
func Parse(file string, content []byte, cat *finding.Catalog) (*Config, error) {
	return parseWith(file, content, nil, func([]Place) (*finding.Catalog, error) { return cat, nil })
}

// parseWith is Parse with catalogs to be asked; policies are those it has beside its own.
func parseWith(file string, content []byte, policies []Place, catalogs Catalogs) (*Config, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("read the configuration %s: %w", file, err)
	}
	c := Default(nil)
	c.File, c.dir, c.policies = file, filepath.Dir(abs), policies
	d := &decoder{file: file, budget: maxNodes}
	root := d.document(content)
	if len(d.problems) == 0 {
		own := d.sources(c, root)
		if c.cat, err = catalogs(c.policies); err != nil && own == nil {
			return nil, err
		} else if err != nil {
			var at *PlaceError
			n := own[""]
			if errors.As(err, &at) && own[at.Place.Ref] != nil {
				n = own[at.Place.Ref]
			}
			d.problem(n, "policies: %v", err)
		} else if d.cat = c.cat; root != nil {
			d.config(c, root)
		}
	}
	if len(d.problems) > 0 {
		d.problems.sort()
		return nil, d.problems
	}
	return c, nil
}

// document parses the YAML; nil means that there is nothing, or nothing but a problem.
func (d *decoder) document(content []byte) *yaml.Node {
	var doc, second yaml.Node
	yml := yaml.NewDecoder(bytes.NewReader(content))
	err := yml.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = yml.Decode(&second)
		if err == nil {
			d.problem(&second, "a second document; put everything into one")
			return nil
		}
	}
	if !errors.Is(err, io.EOF) {
		d.problems = append(d.problems, d.syntax(err))
		return nil
	}
	return doc.Content[0]
}

// syntax is what a YAML error says.
func (d *decoder) syntax(err error) Problem {
	line, cause := source.YAMLProblem(err)
	return Problem{File: d.file, Line: line, Message: "not valid YAML: " + cause}
}

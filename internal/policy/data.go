package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// readData works out what policies for other tools see as data. As with conftest's --data it is what all sources bring, below one root; where
// two bring the same, each source sees its own.
func readData(sources []*userSource) error {
	own := make([]map[string]any, len(sources))
	for _, s := range sources {
		s.values = ast.NewObject()
	}
	for i, s := range sources {
		var err error
		if own[i], err = s.data(); err != nil {
			return fmt.Errorf("read the data in %s: %w", s.Name, pathless(err))
		}
	}
	for i, s := range sources {
		all := map[string]any{}
		for j := range slices.Backward(sources) {
			if i != j {
				merge(all, own[j])
			}
		}
		merge(all, own[i])
		value, err := ast.InterfaceToValue(all)
		if err != nil {
			return fmt.Errorf("read the data in %s: %w", s.Name, err)
		}
		s.values = value.(ast.Object)
	}
	return nil
}

func isDataFile(name string) bool {
	return slices.Contains([]string{".json", ".yaml", ".yml"}, path.Ext(name))
}

// data is what a source brings as data, below the names of its folders: all of its JSON and YAML when it has nothing else, as with OPA's
// loader; beside policies, which have examples and settings too, what is called data, as in OPA's bundles.
func (s *userSource) data() (map[string]any, error) {
	out := map[string]any{}
	left := maxData
	read := func(name string) error {
		content, err := dataFile(s.sealed(), name, &left)
		if err != nil {
			return fmt.Errorf("%s: %w", s.path(name), pathless(err))
		}
		into := out
		for part := range strings.SplitSeq(path.Dir(name), "/") {
			if part == "." {
				continue
			}
			next, ok := into[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				into[part] = next
			}
			into = next
		}
		merge(into, content)
		return nil
	}
	if s.File != "" {
		if isDataFile(s.File) {
			return out, read(s.File)
		}
		return out, nil
	}
	if len(s.others) == 0 && !s.dataOnly {
		return out, nil
	}
	err := fs.WalkDir(s.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !isDataFile(name) || !s.dataOnly && strings.TrimSuffix(d.Name(), path.Ext(name)) != "data":
			return nil
		}
		return read(name)
	})
	return out, err
}

func dataFile(fsys fs.FS, name string, left *int) (map[string]any, error) {
	text, err := readFile(fsys, name, maxData)
	if err != nil {
		return nil, err
	}
	bytes := len(text)
	if !json.Valid(text) {
		bytes *= maxData / maxSetup
	}
	if bytes > maxData {
		return nil, fmt.Errorf("it is larger than %s, the most for what is not JSON", size(maxSetup))
	}
	if *left -= bytes; *left < 0 {
		return nil, fmt.Errorf("with it, the data is more than %s as JSON or %s as YAML", size(maxData), size(maxSetup))
	}
	content, err := ReadData(text)
	if err != nil {
		return nil, err
	}
	if content == nil {
		return nil, nil
	}
	object, ok := content.(map[string]any)
	if !ok {
		return nil, errors.New("data must have names: it is not an object")
	}
	return object, nil
}

// merge puts one object into another, which it changes; below that it changes none.
func merge(into, from map[string]any) {
	for key, value := range from {
		a, ok := into[key].(map[string]any)
		b, too := value.(map[string]any)
		if ok && too {
			a = maps.Clone(a)
			merge(a, b)
			into[key] = a
		} else {
			into[key] = value
		}
	}
}

package policy

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"golang.org/x/tools/txtar"
)

// What the user's policies need in OPA and have in plimline anyway: its helpers, and the defaults of their parameters at the place where they are
// read. Bundles carry it, so that OPA can load them.
const (
	helpersForOPA    = "plimline/lib"
	parametersForOPA = "plimline/parameters"
)

// IsForOPA says whether a file, relative to a set of policies, is one that ForOPA makes.
func IsForOPA(name string) bool {
	return strings.HasPrefix(name, helpersForOPA+"/") || strings.HasPrefix(name, parametersForOPA+"/")
}

// isHelpers says whether a folder in a source is a copy of plimline's helpers, wherever a bundle was unpacked.
func isHelpers(dir string) bool {
	return dir == helpersForOPA || strings.HasSuffix(dir, "/"+helpersForOPA)
}

// ForOPA are the files that OPA needs beside the user's policies, in the order of their names. Policies for other tools need none.
func (e *Engine) ForOPA() ([]txtar.File, error) {
	var helpers, parameters []txtar.File
	for _, own := range e.Own() {
		if e.modules[own.ID].other != nil {
			continue
		}
		if helpers == nil {
			for _, m := range e.library {
				helpers = append(helpers, txtar.File{Name: path.Join(helpersForOPA, path.Base(m.file)), Data: m.text})
			}
		}
		if own.Parameters == nil {
			continue
		}
		text, err := json.MarshalIndent(own.Parameters, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("parameters of %s: %w", own.ID, err)
		}
		parameters = append(parameters, txtar.File{Name: path.Join(parametersForOPA, own.ID, "data.json"), Data: append(text, '\n')})
	}
	return append(helpers, parameters...), nil
}

package source

import (
	"regexp"
	"strconv"
	"strings"
)

// YAMLProblem is what an error of the YAML library says: the line, from 1, and the cause. The line stands in the error's text alone. Errors of the
// grammar, unlike those of characters, count it from 0, and the first line is not named at all.
func YAMLProblem(err error) (line int, cause string) {
	cause = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(cause, "line "); ok {
		number, after, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, cause = n, after
		}
	}
	grammar := regexp.MustCompile(`^(did not find expected (<.*>|node content|key|'-' indicator|',' or '[\]}]')|found (undefined tag handle|duplicate %|incompatible YAML))`)
	if line == 0 || grammar.MatchString(cause) {
		line++
	}
	return line, cause
}

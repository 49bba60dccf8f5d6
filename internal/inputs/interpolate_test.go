package inputs

import (
	"io"
	"testing"

	"github.com/compose-spec/compose-go/v2/template"
	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/plimline/plimline/internal/source"
)

func vars(name string) (string, bool) {
	v, ok := map[string]string{"A": "1", "EMPTY": "", "_b2": "two", "NESTED": "$A"}[name]
	return v, ok
}

// TestInterpolate: where both know what to say, Compose's own library says the same.
func TestInterpolate(t *testing.T) {
	logrus.SetOutput(io.Discard)
	for _, tt := range []struct {
		in    string
		unset []string
	}{
		{"plain", nil}, {"$A", nil}, {"x${A}y", nil}, {"$$A", nil}, {"$$$A", nil}, {"$$$$", nil}, {"$_b2.", nil},
		{"${EMPTY}", nil}, {"${EMPTY:-d}", nil}, {"${EMPTY-d}", nil}, {"${NO:-d}", nil}, {"${NO-d}", nil}, {"${NO:-}", nil},
		{"${A:-d}", nil}, {"${A:+d}", nil}, {"${EMPTY:+d}", nil}, {"${EMPTY+d}", nil}, {"${NO+d}", nil}, {"${NO:+d}", nil},
		{"${NO:-${A}}", nil}, {"${NO:-x${NO2:-$A}y}z", nil}, {"${A:?must}", nil}, {"${NESTED}", nil},
		{"$NO", []string{"NO"}}, {"a${NO}b", []string{"NO"}}, {"${NO:-$NO2}", []string{"NO2"}}, {"${NO:-a:b}", nil}, {"${NO-a-b}", nil},
		{"${A}${A}", nil}, {"${NO:-{}}", nil}, {"é${A}é", nil}, {"$", nil}, {"$1", nil}, {"a $ b", nil}, {"$(x)", nil},
	} {
		got, unset, err := interpolate(whole(tt.in, source.Span{}), vars)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if diff := cmp.Diff(tt.unset, unset); diff != "" {
			t.Errorf("%s: unset\n%s", tt.in, diff)
		}
		want, err := template.Substitute(tt.in, vars)
		if err != nil || got.String() != want {
			t.Errorf("%s: %q, Compose says %q, %v", tt.in, got.String(), want, err)
		}
	}
	for _, in := range []string{"${", "${}", "${1}", "${A!x}", "${A:}"} {
		if got, _, err := interpolate(whole(in, source.Span{}), vars); err == nil {
			t.Errorf("%s: %q, and no error", in, got.String())
		}
		if got, err := template.Substitute(in, vars); err == nil {
			t.Errorf("%s: Compose says %q", in, got)
		}
	}
	if _, unset, err := interpolate(whole("${EMPTY:?must}", source.Span{}), vars); err != nil || len(unset) != 1 {
		t.Errorf("a required variable that is empty: %v, %v", unset, err)
	}
}

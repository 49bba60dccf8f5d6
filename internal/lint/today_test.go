package lint

import (
	"testing"
	"time"
)

// TestToday: a day ends when it has ended everywhere, whatever the machine's zone is.
func TestToday(t *testing.T) {
	for at, want := range map[string]string{
		"2027-01-31T00:00:00-12:00": "2027-01-31",
		"2027-01-31T23:59:59-12:00": "2027-01-31",
		"2027-02-01T00:00:00-12:00": "2027-02-01",
		"2027-02-01T11:59:59Z":      "2027-01-31",
		"2027-02-01T12:00:00Z":      "2027-02-01",
		"2027-02-02T01:59:59+14:00": "2027-01-31",
		"2028-03-01T11:00:00Z":      "2028-02-29",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := today(moment); got != want {
			t.Errorf("at %s it is %s, want %s", at, got, want)
		}
	}
}

package discover

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAgainstGit searches one tree under many made-up .gitignore files and compares what is
// found with what git itself leaves.
func TestAgainstGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	tree(t, "")
	// Within a hook of git these name the repository that the hook is for.
	for name := range strings.FieldsSeq(git(t, "rev-parse", "--local-env-vars")) {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	git(t, "init", "-q")
	folders := []string{"", "a/", "b/", "ab/", "a/b/", "a/a/", "b/a/", "a/b/a/", "a b/", "{a,b}/", "a]/", "-/", "a*/"}
	for _, folder := range folders {
		for _, name := range []string{"Dockerfile", "Dockerfile.a", "a.Dockerfile", "b.Dockerfile", "Dockerfile.[a]", "Dockerfile.A1"} {
			write(t, folder+name, "")
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		top, exclude, sub := lines(random), lines(random), lines(random)
		write(t, ".gitignore", top)
		write(t, ".git/info/exclude", exclude)
		write(t, "a/.gitignore", sub)
		var want []string
		for name := range strings.SplitSeq(git(t, "ls-files", "--others", "--exclude-standard", "-z"), "\x00") {
			if base := name[strings.LastIndexByte(name, '/')+1:]; IsDockerfile(base) {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		got, errs := Files([]string{"."}, Options{})
		if diff := cmp.Diff(want, got); diff != "" || errs != nil {
			t.Fatalf("errors %v, .gitignore %q, exclude %q, a/.gitignore %q (-git +plimline):\n%s", errs, top, exclude, sub, diff)
		}
	}
}

func git(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		t.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

// lines makes up to four patterns from pieces that are likely to meet the tree's names and the
// corners of the syntax.
func lines(random *rand.Rand) string {
	pieces := []string{
		"a", "b", "ab", "/", "/", "/", "*", "*", "**", "***", "?", "Dockerfile", "Dockerfile", ".", ".a", "a.", "[ab]", "[!a]", "[^b]",
		"[a-b]", "[]a]", "[[:alpha:]]", "[![:upper:]]", "[[:digit:]x]", "[a", "[[]", "[\\]]", "[--0]", "[a\\-b]", "\\a", "\\*", "\\",
		" ", "\\ ", "{a,b}", "a b", "-", "]", "[^/]", "[/]", "A1", "[A-Z]?", "a/**", "**/b", "/**/", "a/b/", "[[:foo:]]", "**a", "a**",
	}
	var b strings.Builder
	for range random.IntN(5) {
		if random.IntN(5) == 0 {
			b.WriteString("!")
		}
		if random.IntN(25) == 0 {
			b.WriteString("#")
		}
		var line string
		for range 1 + random.IntN(5) {
			line += pieces[random.IntN(len(pieces))]
		}
		// Two slashes at the end mean something odd to git behind asterisks, and nothing to anybody else.
		b.WriteString(strings.TrimRight(line, "/"))
		b.WriteString([]string{"\n", "\r\n", " \n", "/\n"}[random.IntN(4)])
	}
	return b.String()
}

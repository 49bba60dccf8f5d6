package discover

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Changes are the files of a git repository that differ from what they were at a revision.
type Changes struct {
	top   string          // the repository's folder, slash-separated, links resolved
	files map[string]bool // relative to top; a folder for what has a repository of its own
}

// ChangedSince asks git what has changed in the repository around the working directory since the last commit that it has in common with
// a revision: what was committed, what was not, and new files that git does not ignore. Where the history of a shallow clone does not reach
// that far, it is the revision itself. Where there is no commit yet, everything has changed since HEAD.
func ChangedSince(ctx context.Context, revision string) (*Changes, error) {
	top, err := runGit(ctx, "", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	top = strings.TrimRight(top, "\r\n")
	base, err := baseOf(ctx, revision)
	if err != nil {
		return nil, err
	}
	changed, err := runGit(ctx, top, "diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "-z", base, "--")
	if err != nil {
		return nil, err
	}
	added, err := runGit(ctx, top, "ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return nil, err
	}
	real, err := realPath(top)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", top, err)
	}
	c := &Changes{real, map[string]bool{}}
	for name := range strings.SplitSeq(changed+added, "\x00") {
		if name != "" {
			c.files[strings.TrimSuffix(name, "/")] = true
		}
	}
	return c, nil
}

// baseOf is what git compares the files with.
func baseOf(ctx context.Context, revision string) (string, error) {
	commit, err := runGit(ctx, "", "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return unborn(ctx, revision)
	}
	base, err := runGit(ctx, "", "merge-base", "--end-of-options", revision, "HEAD")
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		// A shallow clone, as pipelines have them, may hold both commits and nothing between. What differs from the revision itself is then what
		// has changed, and what the revision's own branch did meanwhile: more, but nothing is missed.
		if !shallow(ctx) {
			return "", fmt.Errorf("git finds no commit that %s and HEAD have in common", revision)
		}
		base = commit
	}
	return strings.TrimSpace(base), nil
}

// unborn is the empty tree when the revision is that of a repository without commits, as a hook meets it at the first one.
func unborn(ctx context.Context, revision string) (string, error) {
	_, err := runGit(ctx, "", "rev-parse", "--verify", "--quiet", "HEAD")
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == nil && shallow(ctx):
		return "", fmt.Errorf("git knows no revision %q; this clone is shallow, so fetch it first", revision)
	case err == nil:
		return "", fmt.Errorf("git knows no revision %q", revision)
	case revision != "HEAD" && revision != "@":
		return "", fmt.Errorf("git knows no revision %q; there is no commit yet", revision)
	}
	tree, err := runGit(ctx, "", "hash-object", "-t", "tree", "--stdin")
	return strings.TrimSpace(tree), err
}

func shallow(ctx context.Context) bool {
	said, err := runGit(ctx, "", "rev-parse", "--is-shallow-repository")
	return err == nil && strings.TrimSpace(said) == "true"
}

// Has reports whether a file has changed. The error says that it is not in the repository.
func (c *Changes) Has(name string) (bool, error) {
	// The file may be a link: it has changed when the link or what it leads to has.
	dir, err := realPath(filepath.Dir(filepath.FromSlash(name)))
	if err != nil {
		return false, fmt.Errorf("find %s: %w", name, err)
	}
	at := path.Join(dir, path.Base(filepath.ToSlash(name)))
	changed, inside := c.within(at)
	if !inside {
		return false, fmt.Errorf("it is not in the repository %s", c.top)
	}
	if real, err := realPath(filepath.FromSlash(name)); err == nil && real != at {
		target, _ := c.within(real)
		changed = changed || target
	}
	return changed, nil
}

func (c *Changes) within(at string) (changed, inside bool) {
	rel, err := filepath.Rel(filepath.FromSlash(c.top), filepath.FromSlash(at))
	rel = filepath.ToSlash(rel)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return false, false
	}
	for ; rel != "."; rel = path.Dir(rel) {
		if c.files[rel] {
			return true, true
		}
	}
	return false, true
}

// runGit runs git, which must neither ask for anything nor write, and returns what it prints.
func runGit(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-optional-locks", "-c", "core.fsmonitor=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	switch err := cmd.Run(); {
	case err == nil:
		return out.String(), nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("git is not installed")
	default:
		said, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		if said == "" {
			said = err.Error()
		}
		return "", fmt.Errorf("git %s: %s", args[0], strings.TrimPrefix(said, "fatal: "))
	}
}

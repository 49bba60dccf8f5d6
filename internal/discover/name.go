package discover

import "strings"

// IsDockerfile reports whether a file of this name, without its folder, is taken for a Dockerfile.
//
// In any case: Dockerfile, Dockerfile.<anything>, <anything>.Dockerfile, and the same with
// Containerfile. Dockerfile-<anything> and Dockerfile_<anything> count with a capital letter only:
// in lower case, names like dockerfile-lint belong to programs.
//
// Not Dockerfiles are names whose last part says that the file is something else: program source
// and documents about Dockerfiles (dockerfile.go, Dockerfile.md), backups (Dockerfile.orig, Dockerfile~),
// .dockerignore files, and templates (Dockerfile.j2), which another program turns into Dockerfiles.
func IsDockerfile(name string) bool {
	lower := strings.ToLower(name)
	for _, kind := range []string{"dockerfile", "containerfile"} {
		if stem, ok := strings.CutSuffix(lower, "."+kind); ok {
			return stem != "" && !strings.HasPrefix(stem, ".#") // .#name is an editor's lock
		}
		rest, ok := strings.CutPrefix(lower, kind)
		if !ok {
			continue
		}
		switch {
		case rest == "":
			return true
		case strings.ContainsAny(lower, "~#"):
			return false
		case rest[0] == '.', (rest[0] == '-' || rest[0] == '_') && name[0] != lower[0]:
			last := rest[strings.LastIndexAny(rest, ".-_")+1:]
			return last != "" && !strings.Contains(otherFiles, " "+last+" ")
		}
		return false
	}
	return false
}

// otherFiles are the endings of files that are no Dockerfiles, whatever stands before them.
const otherFiles = ` ` +
	// templates: they become Dockerfiles, but are not
	`j2 jinja jinja2 tmpl tpl gotmpl template erb ejs hbs mustache liquid mako m4 twig eex in ` +
	// source code
	`go py pyi pyc rb rs js jsx mjs cjs ts tsx java class kt kts scala groovy gradle c h cc cpp hpp cs fs swift ` +
	`php pl pm lua ex exs erl hs ml clj dart zig nim jl sh bash zsh fish ps1 bat cmd vim el scm snippets ` +
	`bzl bazel nix tf hcl wasm ipynb sql ` +
	// documents, data, settings, pictures
	`md markdown mdx rst adoc txt html htm css scss less json jsonc json5 jsonl yaml yml toml ini cfg conf xml ` +
	`plist tmlanguage cson csv tsv lock log sarif snap svg png jpg jpeg gif ico webp pdf ` +
	// backups, leavings and packed files
	`dockerignore containerignore bak backup old orig rej swp swo tmp temp save diff patch ` +
	`gz tgz xz zst bz2 zip tar sig asc sha256 md5 `

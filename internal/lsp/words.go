package lsp

import (
	"fmt"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
)

// known is a word of Docker's with what to know of it in a line. One that takes a value ends in "=".
type known struct{ name, about string }

// instructions are Docker's. MAINTAINER is left out: it is deprecated.
func instructions() []known {
	return []known{
		{"FROM", "begins a stage"}, {"RUN", "runs a command while building"}, {"COPY", "copies from the context, a stage or an image"},
		{"ADD", "copies, also from an address or out of an archive"}, {"ARG", "a variable for the build"}, {"ENV", "a variable for the image"},
		{"WORKDIR", "the folder for what follows"}, {"USER", "who runs what follows"}, {"ENTRYPOINT", "what the image runs"},
		{"CMD", "arguments for ENTRYPOINT, or what the image runs"}, {"EXPOSE", "a port it listens on"}, {"VOLUME", "a folder whose data stay"},
		{"LABEL", "what to say of the image"}, {"HEALTHCHECK", "how to see that it works"}, {"SHELL", "the shell for RUN"},
		{"STOPSIGNAL", "the signal that stops it"}, {"ONBUILD", "runs where the image is a base"},
	}
}

// flags are those of each instruction (docs.docker.com/reference/dockerfile).
func flags(instruction string) []known {
	chown, chmod := known{"chown=", "the owner of what is copied, user:group"}, known{"chmod=", "the permissions of what is copied"}
	link := known{"link", "a layer of its own, which stays when those below change"}
	exclude := known{"exclude=", "a pattern of paths that are not copied"}
	switch instruction {
	case "FROM":
		return []known{{"platform=", "the platform of the image"}}
	case "COPY":
		return []known{{"from=", "a stage, image or named context in the place of the build context"}, chown, chmod, link,
			{"parents", "keeps the folders that the sources are in"}, exclude}
	case "ADD":
		return []known{{"checksum=", "the digest that what is downloaded must have"}, chown, chmod, link, exclude,
			{"keep-git-dir=true", "keeps .git of a repository"}, {"unpack=true", "whether a downloaded archive is unpacked"}}
	case "RUN":
		return []known{{"mount=", "what is there while the command runs: a cache, secret, folder or ssh agent"},
			{"network=", "the network of the command"}, {"security=", "whether the command has all privileges"}, {"device=", "a device for the command"}}
	case "HEALTHCHECK":
		return []known{{"interval=", "how long between checks, by default 30s"}, {"timeout=", "how long a check may take, by default 30s"},
			{"start-period=", "how long failed checks do not count at the start, by default 0s"},
			{"start-interval=", "how long between checks in that time, by default 5s"}, {"retries=", "how many failures make it unhealthy, by default 3"}}
	}
	return nil
}

// mountKeys are the fields of --mount.
func mountKeys() []known {
	return []known{{"type=", "bind, cache, secret, ssh or tmpfs; by default bind"}, {"target=", "where it is mounted"},
		{"source=", "what of it is mounted"}, {"from=", "a stage, image or named context to mount from"},
		{"id=", "the name of a cache, secret or agent"}, {"sharing=", "what builds at the same time do with a cache: shared, private or locked"},
		{"readonly", "nothing can be written"}, {"rw", "can be written; what is written is thrown away"}, {"required", "the build fails without it"},
		{"env=", "the variable that a secret is in"}, {"size=", "the most that a tmpfs takes, in bytes"}, {"mode=", "the permissions, in octal"},
		{"uid=", "the owner, a number"}, {"gid=", "the group, a number"}}
}

// about is what a list has to say of a word.
func about(list []known, name string) string {
	for _, k := range list {
		if word, _, _ := strings.Cut(k.name, "="); word == name {
			return k.about
		}
	}
	return ""
}

// word is what there is to know of an instruction's keyword, its flags and the fields of --mount.
func word(in *dockerfile.Instruction, at int) (source.Span, string) {
	within := func(span source.Span) bool { return span.Len() > 0 && span.Start <= at && at <= span.End }
	tell := func(span source.Span, name, text string) (source.Span, string) {
		if text == "" {
			return source.Span{}, ""
		}
		return span, fmt.Sprintf("`%s`: %s\n\n[Docker's reference](https://docs.docker.com/reference/dockerfile/#%s)", name, text, strings.ToLower(in.Name))
	}
	if within(in.Keyword.Span) {
		return tell(in.Keyword.Span, in.Name, about(instructions(), in.Name))
	}
	for _, f := range in.Flags {
		if within(f.NameSpan) {
			return tell(f.NameSpan, "--"+f.Name, about(flags(in.Name), f.Name))
		}
		for _, field := range f.Fields {
			if within(field.Key.Span) {
				return tell(field.Key.Span, field.Key.Text, about(mountKeys(), field.Key.Text))
			}
		}
	}
	if in.OnBuild != nil {
		return word(in.OnBuild, at)
	}
	return source.Span{}, ""
}

package image

import (
	"path"
	"slices"
	"strings"
)

// Class is what is known of an image from its name. Fields are "yes", "no" or "unknown" unless they say otherwise.
type Class struct {
	// Name: empty, static, libc, busybox, small, slim, full, toolchain, app, windows or unknown.
	Name         string
	Libc         string // glibc, musl, none or unknown
	Shell        string // has /bin/sh
	User         string // root, nonroot or unknown: who it runs as when nothing sets USER
	Certificates string // has CA certificates
	Zones        string // has time zone data
	Compiler     string // has a C compiler
	Go           string // has the go command
}

const (
	yes     = "yes"
	no      = "no"
	unknown = "unknown"

	root    = "root"
	nonroot = "nonroot"
	glibc   = "glibc"
	musl    = "musl"
)

// Classify knows well-known images by the last part of their name, whatever registry mirrors them, and their tag.
// The literal parts of a tag count when a variable in it is not known: golang:${V}-alpine is an alpine. What such a tag,
// or a digest without a tag, leaves open is unknown.
func Classify(r Reference) Class {
	if r.Familiar == Scratch {
		return Class{"empty", "none", no, root, no, no, no, no}
	}
	name := location(r)
	if name == "" {
		return nothing()
	}
	c := nothing()
	for _, k := range kinds {
		if n := matches(k.images, name); n > 0 {
			c = k.Class
			if n == 1 && !isOfficial(r) {
				if r.Registry == hub {
					return someone(c)
				}
				// Another registry is taken for a mirror, but who its images run as is not known.
				if c.User == root {
					c.User = unknown
				}
			}
			break
		}
	}
	if tag := literal(strings.ToLower(r.Tag)); strings.Contains(tag, "nanoserver") || strings.Contains(tag, "windowsservercore") {
		windows := nothing()
		windows.Name, windows.Go = "windows", c.Go
		return windows
	}
	for _, v := range variants {
		if c.Name != unknown && matches(v.images, name) > 0 {
			c = v.apply(c, tagHas(r, v.tag))
		}
	}
	return c
}

// someone is what a well-known name in somebody's own namespace of Docker Hub tells: what the image is for, at best.
func someone(c Class) Class {
	own := nothing()
	if c.Go == yes {
		own.Name, own.Go = c.Name, yes
	}
	return own
}

func nothing() Class {
	return Class{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown}
}

// location is the image's path, its registry first, "" when the name is not known. A variable in front of the last component
// that is called like a mirror is taken off: ${BASE_PREFIX}golang.
func location(r Reference) string {
	if r.Name == "" {
		return ""
	}
	name := r.Repository
	if v, tail, ok := variable(r.Name); ok && isMirror(v) {
		name = strings.TrimSuffix(name, r.Name) + tail
	}
	if r.Registry != "" {
		name = r.Registry + "/" + name
	}
	return name
}

func isMirror(variable string) bool {
	return slices.ContainsFunc([]string{"PREFIX", "REGISTRY", "MIRROR", "PROXY", "HUB", "REPO"}, func(s string) bool {
		return strings.Contains(strings.ToUpper(variable), s)
	})
}

// matches matches patterns, parted by spaces, with as many of the last components of a name as each has, which it returns;
// 0 when none matches.
func matches(patterns, name string) (components int) {
	for pattern := ""; patterns != ""; {
		pattern, patterns, _ = strings.Cut(patterns, " ")
		if strings.IndexByte(pattern, '*') < 0 {
			rest, ok := strings.CutSuffix(name, pattern)
			if ok && (rest == "" || strings.HasSuffix(rest, "/")) {
				return strings.Count(pattern, "/") + 1
			}
			continue
		}
		n := strings.Count(pattern, "/") + 1
		if ok, _ := path.Match(pattern, last(name, n)); ok {
			return n
		}
	}
	return 0
}

// last is the last n components of a name.
func last(name string, n int) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] != '/' {
			continue
		}
		if n--; n == 0 {
			return name[i+1:]
		}
	}
	return name
}

// isOfficial reports whether the image is one of Docker's official library: itself, its per-architecture names
// (docker-library/official-images, "Architectures other than amd64"), or a mirror that keeps the namespace.
func isOfficial(r Reference) bool {
	if strings.HasPrefix(r.Familiar, "public.ecr.aws/docker/") {
		return true
	}
	parts := strings.Split(r.Repository, "/")
	if len(parts) < 2 {
		return false
	}
	space := parts[len(parts)-2]
	if space == "library" {
		return true
	}
	return r.Registry == hub && len(parts) == 2 && slices.Contains([]string{
		"amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "mips64le", "ppc64le", "riscv64", "s390x", "winamd64",
	}, space)
}

// tagHas reports whether the tag has a word in it. A tag with a variable in it may have what its literal parts do not
// contradict, and so may one that a digest stands for.
func tagHas(r Reference, word string) string {
	tag := strings.ToLower(r.Tag)
	switch {
	case strings.Contains(literal(tag), word):
		return yes
	case r.Tag == "" && r.Digest == "", r.Tag != "" && !strings.Contains(tag, "$"):
		return no
	case word == "alpine" && slices.ContainsFunc(suites, func(s string) bool { return strings.Contains(literal(tag), s) }):
		return no
	}
	return unknown
}

// literal is the tag with a blank for each variable.
func literal(tag string) string {
	var b strings.Builder
	for i := 0; i < len(tag); {
		if _, tail, ok := variable(tag[i:]); ok {
			b.WriteByte(' ')
			i = len(tag) - len(tail)
			continue
		}
		b.WriteByte(tag[i])
		i++
	}
	return b.String()
}

// suites are words in tags that rule alpine out.
var suites = []string{
	"jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "sid", "slim", "focal", "jammy", "noble",
}

// variant is what a word in the tag changes: the fields that are not empty.
type variant struct {
	images, tag string
	change      Class
}

func (v variant) apply(c Class, has string) Class {
	set := func(field *string, value string) {
		switch {
		case value == "" || value == *field || has == no:
		case has == yes:
			*field = value
		default:
			*field = unknown
		}
	}
	set(&c.Name, v.change.Name)
	set(&c.Libc, v.change.Libc)
	set(&c.Shell, v.change.Shell)
	set(&c.User, v.change.User)
	set(&c.Certificates, v.change.Certificates)
	set(&c.Zones, v.change.Zones)
	set(&c.Compiler, v.change.Compiler)
	set(&c.Go, v.change.Go)
	return c
}

// kind is what is known of images whose last components match one of the patterns, which are parted by spaces.
type kind struct {
	images string
	Class
}

// kinds are the images we know; the first that matches counts. They go by what the images' makers write of them and by their
// Dockerfiles; where that leaves a doubt, the field is unknown.
// A pattern of one component holds for the official library and its mirrors, see Classify.
// The columns: name, libc, shell, user, certificates, zones, compiler, go.
var kinds = []kind{
	// Compilers: never what a Go program is shipped in.
	{"golang", Class{"toolchain", glibc, yes, root, yes, yes, yes, yes}},
	{"go-toolset go-toolset-*", Class{"toolchain", glibc, yes, nonroot, yes, unknown, yes, yes}},
	{"cgr.dev/*/go", Class{"toolchain", glibc, yes, unknown, yes, unknown, yes, yes}},
	{"devcontainers/go cimg/go circleci/golang", Class{"toolchain", glibc, yes, unknown, yes, unknown, yes, yes}},
	{"oss-fuzz-base/base-builder-go build-image/kube-cross", Class{"toolchain", glibc, yes, unknown, yes, unknown, yes, yes}},
	{"goreleaser/goreleaser goreleaser/goreleaser-cross goreleaser goreleaser-cross xgo golang-cross cross-golang golang-builder " +
		"cloud-builders/go tinygo/tinygo", Class{"toolchain", unknown, unknown, unknown, unknown, unknown, unknown, yes}},
	{"buildpack-deps gcc", Class{"toolchain", glibc, yes, root, yes, yes, yes, no}},
	{"rust haskell swift", Class{"toolchain", glibc, yes, root, unknown, unknown, yes, no}},
	{"maven dart clojure", Class{"toolchain", glibc, yes, root, unknown, unknown, unknown, no}},
	{"gradle", Class{"toolchain", glibc, yes, unknown, unknown, unknown, unknown, no}},
	{"mcr.microsoft.com/dotnet/sdk", Class{"toolchain", glibc, yes, root, yes, unknown, unknown, no}},
	{"oss-fuzz-base/base-builder*", Class{"toolchain", glibc, yes, unknown, yes, unknown, yes, unknown}},

	// Nothing but files: no C library.
	{"azurelinux/distroless/minimal cbl-mariner/distroless/minimal", Class{"static", "none", no, unknown, yes, yes, no, no}},
	{"distroless/static distroless/static-debian*", Class{"static", "none", no, root, yes, yes, no, no}},
	{"cgr.dev/*/static dhi.io/static", Class{"static", "none", no, nonroot, yes, yes, no, no}},

	// A C library.
	{"distroless/base distroless/base-* distroless/cc distroless/cc-*", Class{"libc", glibc, no, root, yes, yes, no, no}},
	{"cgr.dev/*/glibc-dynamic cgr.dev/*/cc-dynamic", Class{"libc", glibc, no, nonroot, yes, yes, no, no}},
	{"paketobuildpacks/run-*-tiny paketobuildpacks/*-run-tiny", Class{"libc", glibc, no, unknown, yes, yes, no, no}},
	{"paketobuildpacks/run-*-static paketobuildpacks/*-run-static", Class{"static", "none", no, unknown, yes, yes, no, no}},
	{"ubi*/ubi-micro redhat/ubi*-micro registry.access.redhat.com/ubi*-micro", Class{"libc", glibc, yes, root, no, no, no, no}},
	{"ubi-micro ubi*-micro", Class{"libc", glibc, yes, unknown, no, no, no, no}},

	// A runtime on one.
	{"distroless/*", Class{"app", glibc, no, root, yes, unknown, no, no}},

	{"cgr.dev/*/busybox", Class{"busybox", glibc, yes, nonroot, yes, yes, no, no}},
	{"busybox", Class{"busybox", unknown, yes, root, no, no, no, no}},

	// Small distributions.
	{"alpine", Class{"small", musl, yes, root, yes, no, no, no}},
	{"cgr.dev/*/wolfi-base wolfi-base", Class{"small", glibc, yes, root, yes, no, no, no}},
	{"cgr.dev/*/chainguard-base", Class{"small", glibc, yes, unknown, yes, no, no, no}},
	{"dhi.io/alpine-base", Class{"small", musl, yes, unknown, yes, unknown, no, no}},

	// Slim ones.
	{"ubi*/ubi-minimal redhat/ubi*-minimal registry.access.redhat.com/ubi*-minimal", Class{"slim", glibc, yes, root, yes, unknown, no, no}},
	{"ubi-minimal ubi*-minimal", Class{"slim", glibc, yes, unknown, yes, unknown, no, no}},
	{"photon", Class{"slim", glibc, yes, root, unknown, unknown, no, no}},
	{"build-image/debian-base", Class{"slim", glibc, yes, unknown, no, unknown, no, no}},

	// Full ones.
	{"debian", Class{"full", glibc, yes, root, no, yes, no, no}},
	{"ubuntu", Class{"full", glibc, yes, root, no, no, no, no}},
	{"amazonlinux/amazonlinux rockylinux/rockylinux almalinux/almalinux quay.io/centos/centos quay.io/fedora/fedora",
		Class{"full", glibc, yes, root, yes, unknown, no, no}},
	{"centos fedora rockylinux almalinux amazonlinux oraclelinux archlinux", Class{"full", glibc, yes, root, yes, unknown, no, no}},
	{"ubi*/ubi ubi*/ubi-init redhat/ubi8 redhat/ubi9 redhat/ubi10 registry.access.redhat.com/ubi8 registry.access.redhat.com/ubi9 " +
		"registry.access.redhat.com/ubi10", Class{"full", glibc, yes, root, yes, yes, no, no}},
	{"ubi ubi8 ubi9 ubi10", Class{"full", glibc, yes, unknown, yes, yes, no, no}},
	{"opensuse/leap opensuse/tumbleweed bci/bci-base", Class{"full", glibc, yes, root, unknown, unknown, no, no}},
	{"azurelinux/base/core cbl-mariner/base/core", Class{"full", glibc, yes, root, unknown, unknown, no, no}},

	// Made to run something else.
	{"node python ruby php perl openjdk eclipse-temurin amazoncorretto pypy erlang elixir julia tomcat httpd",
		Class{"app", glibc, yes, root, unknown, unknown, unknown, no}},
	{"nginx", Class{"app", glibc, yes, root, unknown, unknown, no, no}},
	{"nginxinc/nginx-unprivileged nginx/nginx-unprivileged", Class{"app", glibc, yes, nonroot, unknown, unknown, no, no}},
	{"caddy docker bash", Class{"app", musl, yes, root, unknown, unknown, no, no}},
	{"traefik", Class{"app", unknown, unknown, root, yes, unknown, no, no}},
	// These begin as root and step down themselves, or did so for some versions.
	{"redis postgres mysql mariadb mongo rabbitmq haproxy", Class{"app", glibc, yes, unknown, unknown, unknown, no, no}},
	{"mcr.microsoft.com/dotnet/aspnet mcr.microsoft.com/dotnet/runtime mcr.microsoft.com/dotnet/runtime-deps",
		Class{"app", glibc, yes, root, yes, unknown, no, no}},
	{"moby/buildkit", Class{"app", musl, yes, unknown, unknown, unknown, no, no}},
	{"cgr.dev/*/*", Class{"app", glibc, unknown, unknown, yes, unknown, unknown, unknown}},

	{"microsoft/windowsservercore microsoft/nanoserver windows/nanoserver windows/servercore windows/server windows nanoserver windowsservercore",
		Class{"windows", unknown, unknown, unknown, unknown, unknown, unknown, no}},
}

// variants are what words in tags change, in order.
var variants = []variant{
	{"golang rust haskell swift", "alpine", Class{Libc: musl, Zones: unknown}},
	{"golang", "alpine", Class{Compiler: no}},
	{"maven gradle clojure node python ruby php perl openjdk eclipse-temurin amazoncorretto pypy erlang elixir julia tomcat httpd nginx " +
		"nginx-unprivileged redis postgres mysql mariadb mongo rabbitmq haproxy", "alpine", Class{Libc: musl}},
	{"mcr.microsoft.com/dotnet/*", "alpine", Class{Libc: musl}},
	{"mcr.microsoft.com/dotnet/*", "chiseled", Class{Name: "libc", Shell: no, User: nonroot}},
	{"mcr.microsoft.com/dotnet/*", "distroless", Class{Name: "libc", Shell: no, User: nonroot}},
	{"buildpack-deps", "curl", Class{Compiler: no}},
	{"buildpack-deps", "scm", Class{Compiler: no}},
	{"distroless/*", "nonroot", Class{User: nonroot}},
	{"distroless/*", "debug", Class{Shell: yes}},
	{"cgr.dev/*/*", "dev", Class{Shell: yes, User: unknown}},
	{"busybox", "musl", Class{Libc: musl}},
	{"busybox", "glibc", Class{Libc: glibc}},
	{"debian", "slim", Class{Name: "slim"}},
	{"rockylinux almalinux fedora rockylinux/rockylinux almalinux/almalinux", "minimal", Class{Name: "slim"}},
	{"archlinux", "devel", Class{Compiler: yes}},
	{"docker", "rootless", Class{User: nonroot}},
	{"caddy", "builder", Class{Name: "toolchain", Go: yes}},
}

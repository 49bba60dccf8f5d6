package image

import "strings"

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
)

// Classify knows well-known images by the last part of their name, whatever registry they come from, and their tag.
// The literal parts of a tag count when a variable in it is not known: golang:${V}-alpine is an alpine.
// Facts: the images' own Dockerfiles (docker-library, GoogleContainerTools/distroless, Chainguard's and Red Hat's pages), 2026-11.
func Classify(r Reference) Class {
	none := Class{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown}
	tag := strings.ToLower(r.Tag)
	if strings.Contains(tag, "nanoserver") || strings.Contains(tag, "windowsservercore") || strings.Contains(r.Repository, "windows/") {
		return Class{"windows", none.Libc, unknown, unknown, unknown, unknown, unknown, hasGo(r)}
	}
	if strings.Contains(r.Familiar, "distroless/") {
		return distroless(r.Name, tag)
	}
	if strings.HasPrefix(r.Familiar, "cgr.dev/") {
		return chainguard(r.Name, tag)
	}
	official := r.Registry == "docker.io" && strings.HasPrefix(r.Repository, "library/") ||
		strings.Contains(r.Repository, "library/") || strings.HasPrefix(r.Familiar, "public.ecr.aws/docker/")
	root := unknown
	if official {
		root = "root"
	}
	alpine := strings.Contains(tag, "alpine")
	slim := strings.Contains(tag, "slim")
	switch r.Name {
	case "scratch":
		if r.Familiar == "scratch" {
			return Class{"empty", "none", no, "root", no, no, no, no}
		}
	case "golang":
		c := Class{"toolchain", "glibc", yes, root, yes, no, yes, yes}
		if alpine {
			c.Libc, c.Compiler = "musl", no
		}
		return c
	case "go-toolset":
		return Class{"toolchain", "glibc", yes, "nonroot", yes, unknown, yes, yes}
	case "alpine":
		return Class{"small", "musl", yes, root, yes, no, no, no}
	case "busybox":
		libc := unknown
		switch {
		case strings.Contains(tag, "musl"):
			libc = "musl"
		case strings.Contains(tag, "glibc"):
			libc = "glibc"
		}
		return Class{"busybox", libc, yes, root, no, no, no, no}
	case "wolfi-base":
		return Class{"small", "glibc", yes, root, yes, no, no, no}
	case "ubi-micro", "ubi8-micro", "ubi9-micro", "ubi10-micro":
		return Class{"libc", "glibc", yes, unknown, no, no, no, no}
	case "ubi-minimal", "ubi8-minimal", "ubi9-minimal", "ubi10-minimal":
		return Class{"slim", "glibc", yes, "root", yes, unknown, no, no}
	case "ubi", "ubi8", "ubi9", "ubi10":
		return Class{"full", "glibc", yes, "root", yes, yes, no, no}
	case "debian":
		c := Class{"full", "glibc", yes, root, no, yes, no, no}
		if slim {
			c.Name = "slim"
		}
		return c
	case "ubuntu":
		return Class{"full", "glibc", yes, root, no, no, no, no}
	case "centos", "fedora", "rockylinux", "almalinux", "amazonlinux", "oraclelinux", "archlinux", "photon":
		return Class{"full", "glibc", yes, root, yes, unknown, no, no}
	case "buildpack-deps", "gcc":
		return Class{"toolchain", "glibc", yes, root, yes, unknown, yes, no}
	case "rust", "maven", "gradle", "swift", "haskell", "dart":
		return Class{"toolchain", libcOf(alpine), yes, root, unknown, unknown, unknown, no}
	case "node", "python", "ruby", "php", "perl", "openjdk", "eclipse-temurin", "amazoncorretto", "pypy", "erlang", "elixir", "julia", "tomcat", "httpd":
		return Class{"app", libcOf(alpine), yes, root, unknown, unknown, unknown, no}
	case "nginx", "caddy", "haproxy", "traefik", "docker", "bash", "buildkit":
		user := unknown
		if r.Name == "nginx" || r.Name == "caddy" || r.Name == "traefik" || r.Name == "docker" || r.Name == "bash" {
			user = root
		}
		return Class{"app", unknown, unknown, user, unknown, unknown, no, no}
	case "nginx-unprivileged":
		return Class{"app", libcOf(alpine), yes, "nonroot", unknown, unknown, no, no}
	}
	if r.Name == "" {
		return none
	}
	none.Go = hasGo(r)
	if none.Go == yes {
		none.Name = "toolchain"
	}
	return none
}

// hasGo knows images that are made to build Go programs, from their names.
func hasGo(r Reference) string {
	switch r.Name {
	case "golang", "go-toolset", "goreleaser", "goreleaser-cross", "xgo", "golang-cross", "cross-golang", "golang-builder":
		return yes
	case "go":
		if strings.Contains(r.Repository, "devcontainers") || strings.Contains(r.Repository, "chainguard") {
			return yes
		}
	}
	return unknown
}

func libcOf(alpine bool) string {
	if alpine {
		return "musl"
	}
	return "glibc"
}

// distroless are Google's images (GoogleContainerTools/distroless): a libc or none, no shell but in :debug.
func distroless(name, tag string) Class {
	c := Class{"libc", "glibc", no, "root", yes, yes, no, no}
	if strings.Contains(tag, "debug") {
		c.Shell = yes
	}
	if strings.Contains(tag, "nonroot") {
		c.User = "nonroot"
	}
	switch {
	case strings.Contains(tag, "$"):
		c.User, c.Shell = unknown, unknown
	}
	switch {
	case strings.HasPrefix(name, "static"):
		c.Name, c.Libc = "static", "none"
	case strings.HasPrefix(name, "base"), strings.HasPrefix(name, "cc"):
	default:
		c.Name = "app"
	}
	return c
}

// chainguard are the images of cgr.dev: uid 65532 but for wolfi-base and the -dev variants of some.
func chainguard(name, tag string) Class {
	c := Class{"app", "glibc", unknown, "nonroot", yes, unknown, no, no}
	if strings.Contains(tag, "dev") {
		c.User = unknown
	}
	switch name {
	case "static":
		return Class{"static", "none", no, "nonroot", yes, yes, no, no}
	case "glibc-dynamic", "cc-dynamic":
		return Class{"libc", "glibc", no, "nonroot", yes, yes, no, no}
	case "busybox":
		return Class{"busybox", "glibc", yes, "nonroot", yes, yes, no, no}
	case "wolfi-base", "chainguard-base":
		return Class{"small", "glibc", yes, "root", yes, no, no, no}
	case "go":
		return Class{"toolchain", "glibc", yes, "root", yes, unknown, yes, yes}
	}
	c.Compiler, c.Go = unknown, unknown
	return c
}

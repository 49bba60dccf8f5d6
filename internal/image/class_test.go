package image_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/image"
)

// TestClassify: name, libc, shell, user, certificates, zones, compiler, go.
func TestClassify(t *testing.T) {
	const unknown = "unknown"
	nothing := image.Class{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown}
	tests := []struct {
		image string
		want  image.Class
	}{
		{"scratch", image.Class{"empty", "none", "no", "root", "no", "no", "no", "no"}},
		{"example.com/scratch", nothing},

		{"golang", image.Class{"toolchain", "glibc", "yes", "root", "yes", "yes", "yes", "yes"}},
		{"golang:1.26-bookworm", image.Class{"toolchain", "glibc", "yes", "root", "yes", "yes", "yes", "yes"}},
		{"golang:1.26-alpine3.23", image.Class{"toolchain", "musl", "yes", "root", "yes", unknown, "no", "yes"}},
		{"golang:${V}-alpine3.23", image.Class{"toolchain", "musl", "yes", "root", "yes", unknown, "no", "yes"}},
		{"golang:1.26-alpine@sha256:0178a641fbb4858c5f1b48e34bdaabe0350a330a1b1149aabd498d0699ff5fb2", image.Class{"toolchain", "musl", "yes", "root", "yes", unknown, "no", "yes"}},
		// What the tag would say is open.
		{"golang:${V}", image.Class{"toolchain", unknown, "yes", "root", "yes", unknown, unknown, "yes"}},
		{"golang:$ALPINE_TAG", image.Class{"toolchain", unknown, "yes", "root", "yes", unknown, unknown, "yes"}},
		{"golang:${V:-1.26-alpine}", image.Class{"toolchain", unknown, "yes", "root", "yes", unknown, unknown, "yes"}},
		{"golang:${V}-bookworm", image.Class{"toolchain", "glibc", "yes", "root", "yes", "yes", "yes", "yes"}},
		{"golang@sha256:0178a641fbb4858c5f1b48e34bdaabe0350a330a1b1149aabd498d0699ff5fb2", image.Class{"toolchain", unknown, "yes", "root", "yes", unknown, unknown, "yes"}},
		{"golang:1.26-nanoserver", image.Class{"windows", unknown, unknown, unknown, unknown, unknown, unknown, "yes"}},
		// Mirrors, and other people's images.
		{"arm64v8/golang:1.26", image.Class{"toolchain", "glibc", "yes", "root", "yes", "yes", "yes", "yes"}},
		{"mirror.gcr.io/library/golang:1.26", image.Class{"toolchain", "glibc", "yes", "root", "yes", "yes", "yes", "yes"}},
		{"registry.example.com/golang:1.26", image.Class{"toolchain", "glibc", "yes", unknown, "yes", "yes", "yes", "yes"}},
		{"$REGISTRY/golang:1.26", image.Class{"toolchain", "glibc", "yes", unknown, "yes", "yes", "yes", "yes"}},
		{"${BASE_PREFIX}golang:1.26", image.Class{"toolchain", "glibc", "yes", unknown, "yes", "yes", "yes", "yes"}},
		{"${NAME}golang:1.26", nothing},
		{"somebody/golang:1.26-alpine", image.Class{"toolchain", unknown, unknown, unknown, unknown, unknown, unknown, "yes"}},
		{"somebody/alpine:3", nothing},
		{"example.com/team/service:1", nothing},
		{"$IMAGE", nothing},

		{"registry.access.redhat.com/ubi9/go-toolset:1.25", image.Class{"toolchain", "glibc", "yes", "nonroot", "yes", unknown, "yes", "yes"}},
		{"gcr.io/cloud-builders/go", image.Class{"toolchain", unknown, unknown, unknown, unknown, unknown, unknown, "yes"}},
		{"mcr.microsoft.com/devcontainers/go:1", image.Class{"toolchain", "glibc", "yes", unknown, "yes", unknown, "yes", "yes"}},

		{"gcr.io/distroless/static", image.Class{"static", "none", "no", "root", "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/static-debian13:nonroot", image.Class{"static", "none", "no", "nonroot", "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/static:debug-nonroot", image.Class{"static", "none", "yes", "nonroot", "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/static:debug", image.Class{"static", "none", "yes", "root", "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/static:$TAG", image.Class{"static", "none", unknown, unknown, "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/static@sha256:0178a641fbb4858c5f1b48e34bdaabe0350a330a1b1149aabd498d0699ff5fb2", image.Class{"static", "none", unknown, unknown, "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/base-nossl-debian12", image.Class{"libc", "glibc", "no", "root", "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/cc:nonroot", image.Class{"libc", "glibc", "no", "nonroot", "yes", "yes", "no", "no"}},
		{"gcr.io/distroless/java21-debian12", image.Class{"app", "glibc", "no", "root", "yes", unknown, "no", "no"}},
		{"cgr.dev/chainguard/static:latest", image.Class{"static", "none", "no", "nonroot", "yes", "yes", "no", "no"}},
		{"cgr.dev/example.com/static:latest-dev", image.Class{"static", "none", "yes", unknown, "yes", "yes", "no", "no"}},

		{"alpine", image.Class{"small", "musl", "yes", "root", "yes", "no", "no", "no"}},
		{"public.ecr.aws/docker/library/alpine:3", image.Class{"small", "musl", "yes", "root", "yes", "no", "no", "no"}},
		{"busybox:1.37-musl", image.Class{"busybox", "musl", "yes", "root", "no", "no", "no", "no"}},
		{"busybox", image.Class{"busybox", unknown, "yes", "root", "no", "no", "no", "no"}},
		{"registry.access.redhat.com/ubi9-micro", image.Class{"libc", "glibc", "yes", "root", "no", "no", "no", "no"}},
		{"registry.access.redhat.com/ubi9/ubi-minimal:9.6", image.Class{"slim", "glibc", "yes", "root", "yes", unknown, "no", "no"}},
		{"debian:trixie-slim", image.Class{"slim", "glibc", "yes", "root", "no", "yes", "no", "no"}},
		{"debian:${V}-slim", image.Class{"slim", "glibc", "yes", "root", "no", "yes", "no", "no"}},
		{"debian:$V", image.Class{unknown, "glibc", "yes", "root", "no", "yes", "no", "no"}},
		{"ubuntu:24.04", image.Class{"full", "glibc", "yes", "root", "no", "no", "no", "no"}},
		{"public.ecr.aws/amazonlinux/amazonlinux:2023", image.Class{"full", "glibc", "yes", "root", "yes", unknown, "no", "no"}},
		{"nginx:1-alpine", image.Class{"app", "musl", "yes", "root", unknown, unknown, "no", "no"}},
		{"nginxinc/nginx-unprivileged", image.Class{"app", "glibc", "yes", "nonroot", unknown, unknown, "no", "no"}},
		{"docker:27-dind-rootless", image.Class{"app", "musl", "yes", "nonroot", unknown, unknown, "no", "no"}},
		{"mcr.microsoft.com/dotnet/runtime-deps:8.0-jammy-chiseled", image.Class{"libc", "glibc", "no", "nonroot", "yes", unknown, "no", "no"}},
		{"mcr.microsoft.com/windows/nanoserver:ltsc2022", image.Class{"windows", unknown, unknown, unknown, unknown, unknown, unknown, "no"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, image.Classify(image.Parse(tt.image))); diff != "" {
			t.Errorf("%s: %s", tt.image, diff)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	r := image.Parse("registry.example.com/team/service:1.2")
	for b.Loop() {
		image.Classify(r)
	}
}

package gobuild_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

func analyze(text string) (*source.File, *stage.Model, *gobuild.Analysis) {
	src := source.NewFile("Dockerfile", []byte(text))
	m := stage.Resolve(dockerfile.Parse(src), stage.Options{})
	return src, m, gobuild.Analyze(m, buildcontext.Context{}, nil)
}

// TestCgo: all ways to say, and not to say, CGO_ENABLED.
func TestCgo(t *testing.T) {
	const debian, alpine = "FROM golang:1.26-bookworm\n", "FROM golang:1.26-alpine\n"
	tests := []struct {
		name, text string
		state      gobuild.CgoState
		decided    string // the text of the span that decided
	}{
		{"prefix", debian + "RUN CGO_ENABLED=0 go build .", "0", "CGO_ENABLED=0"},
		{"prefix among others", debian + "RUN GOOS=linux CGO_ENABLED='0' GOARCH=arm64 go build .", "0", "CGO_ENABLED='0'"},
		{"prefix of another command", debian + "RUN CGO_ENABLED=0 go vet ./... && go build .", "default-on", "go build ."},
		{"env", debian + "RUN env -i CGO_ENABLED=0 go build .", "0", "CGO_ENABLED=0"},
		{"export", debian + "RUN export CGO_ENABLED=0 && cd /x && go build .", "0", "CGO_ENABLED=0"},
		{"export of another RUN", debian + "RUN export CGO_ENABLED=0\nRUN go build .", "default-on", "go build ."},
		{"export in a subshell", debian + "RUN (export CGO_ENABLED=0); go build .", "default-on", "go build ."},
		{"assignment without export", debian + "RUN CGO_ENABLED=0; go build .", "default-on", "go build ."},
		{"assignment of an exported variable", debian + "ENV CGO_ENABLED=1\nRUN CGO_ENABLED=0; go build .", "0", "CGO_ENABLED=0"},
		{"set -a", debian + "RUN set -a; CGO_ENABLED=0; go build .", "0", "CGO_ENABLED=0"},
		{"export in a condition", debian + "RUN if x; then export CGO_ENABLED=0; fi; go build .", "unknown", "CGO_ENABLED=0"},
		{"ENV", debian + "ENV A=1 CGO_ENABLED=0\nRUN go build .", "0", "CGO_ENABLED=0"},
		{"ENV in the old form", debian + "ENV CGO_ENABLED 0\nRUN go build .", "0", "CGO_ENABLED 0"},
		{"ENV of a variable", debian + "ARG C=0\nENV CGO_ENABLED=$C\nRUN go build .", "0", "CGO_ENABLED=$C"},
		{"later ENV wins", debian + "ENV CGO_ENABLED=0\nENV CGO_ENABLED=1\nRUN go build .", "1", "CGO_ENABLED=1"},
		{"ARG with default", debian + "ARG CGO_ENABLED=0\nRUN go build .", "0", "CGO_ENABLED=0"},
		{"ARG without default", debian + "ARG CGO_ENABLED\nRUN go build .", "caller", "CGO_ENABLED"},
		{"global ARG declared again", "ARG CGO_ENABLED=0\n" + debian + "ARG CGO_ENABLED\nRUN go build .", "0", "CGO_ENABLED"},
		{"global ARG alone", "ARG CGO_ENABLED=0\n" + debian + "RUN go build .", "default-on", "go build ."},
		{"parent stage", debian[:len(debian)-1] + " AS a\nENV CGO_ENABLED=0\nFROM a\nRUN go build .", "0", "CGO_ENABLED=0"},
		{"empty", debian + "ENV CGO_ENABLED=\nRUN go build .", "default-on", "go build ."},
		{"variable of the shell", debian + "RUN C=0; CGO_ENABLED=$C go build .", "0", "CGO_ENABLED=$C"},
		{"unknown variable", debian + "RUN CGO_ENABLED=$C go build .", "unknown", "CGO_ENABLED=$C"},
		{"go env -w", debian + "RUN go env -w CGO_ENABLED=0\nRUN go build .", "0", "CGO_ENABLED=0"},
		{"exec form", debian + "ENV CGO_ENABLED=0\nRUN [\"go\", \"build\", \".\"]", "0", "CGO_ENABLED=0"},
		{"sh -c", debian + "RUN [\"sh\", \"-c\", \"CGO_ENABLED=0 go build .\"]", "0", "CGO_ENABLED=0"},
		{"heredoc", debian + "RUN <<EOF\nexport CGO_ENABLED=0\ngo build .\nEOF", "0", "CGO_ENABLED=0"},
		{"alpine has no compiler", alpine + "RUN go build .", "default-off", "go build ."},
		{"alpine with one", alpine + "RUN apk add --no-cache gcc musl-dev\nRUN go build .", "default-on", "go build ."},
		{"alpine with one too late", alpine + "RUN go build .\nRUN apk add gcc", "default-off", "go build ."},
		{"alpine by an argument", "ARG V\nFROM golang:${V}-alpine3.20\nRUN go build .", "default-off", "go build ."},
		{"export of what the image sets", debian + "ENV CGO_ENABLED=0\nRUN export CGO_ENABLED && go build .", "0", "CGO_ENABLED=0"},
		{"exported later", debian + "RUN CGO_ENABLED=0; export CGO_ENABLED; go build .", "0", "CGO_ENABLED=0"},
		{"unset", debian + "ENV CGO_ENABLED=0\nRUN unset CGO_ENABLED; go build .", "default-on", "go build ."},
		{"env -u", debian + "ENV CGO_ENABLED=0\nRUN env -u CGO_ENABLED go build .", "default-on", "env -u CGO_ENABLED go build ."},
		{"unset, then exported", debian + "ENV CGO_ENABLED=1\nRUN unset CGO_ENABLED; export CGO_ENABLED=0; go build .", "0", "CGO_ENABLED=0"},
		{"a condition that changes nothing", debian + "ENV CGO_ENABLED=0\nRUN if x; then export CGO_ENABLED=0; fi; go build .", "0", "CGO_ENABLED=0"},
		{"variable of variables", debian + "ARG C=0\nRUN A=$C; B=${A}; export CGO_ENABLED=$B; go build .", "0", "CGO_ENABLED=$B"},
		{"variable of itself", debian + "RUN A=$B; B=$A; CGO_ENABLED=$A go build .", "unknown", "CGO_ENABLED=$A"},
		{"neither", debian + "ENV CGO_ENABLED=yes\nRUN go build .", "unknown", "CGO_ENABLED=yes"},
		{"alpine with one that goes again", alpine + "RUN apk add -t .deps gcc && apk del .deps\nRUN go build .", "default-off", "go build ."},
		{"alpine with packages of a variable", alpine + "RUN apk add --no-cache $PACKAGES\nRUN go build .", "default", "go build ."},
		{"alpine with one of a variable", alpine + "ARG PACKAGES=\"git gcc\"\nRUN apk add --no-cache $PACKAGES\nRUN go build .", "default-on", "go build ."},
		{"alpine with one, perhaps", alpine + "RUN if x; then apk add gcc; fi\nRUN go build .", "default", "go build ."},
		{"alpine with CC", alpine + "RUN CC=/opt/zcc go build .", "default-on", "CC=/opt/zcc go build ."},
		{"Go of Alpine may bring gcc", "FROM alpine:3\nRUN apk add go\nRUN go build .", "default", "go build ."},
		{"Go of Debian recommends gcc", "FROM debian:12\nRUN apt-get install -y golang\nRUN go build .", "default-on", "go build ."},
		{"Go of Debian alone", "FROM debian:12\nRUN apt-get install -y --no-install-recommends golang\nRUN go build .", "default-off", "go build ."},
		{"the tag is not known", "ARG V\nFROM golang:${V}\nRUN go build .", "default", "go build ."},
		{"a digest alone", "FROM golang@sha256:0178a641fbb4858c5f1b48e34bdaabe0350a330a1b1149aabd498d0699ff5fb2\nRUN go build .", "default", "go build ."},
		{"for one architecture", debian + "RUN GOARCH=arm64 go build .", "varies-by-platform", "GOARCH=arm64 go build ."},
		{"for another architecture", "FROM --platform=linux/amd64 golang:1.26\nRUN GOARCH=arm64 go build .", "default-off", "GOARCH=arm64 go build ."},
		{"for another architecture, with CC", "FROM --platform=linux/amd64 golang:1.26\nRUN CC=aarch64-linux-gnu-gcc GOARCH=arm64 go build .", "default-off", "CC=aarch64-linux-gnu-gcc GOARCH=arm64 go build ."},
		{"for its own architecture", "FROM --platform=linux/amd64 golang:1.26\nRUN GOARCH=amd64 go build .", "default-on", "GOARCH=amd64 go build ."},
		{"for its own architecture, by the image's name", "FROM arm64v8/golang:1.26\nRUN GOARCH=arm64 go build .", "default-on", "GOARCH=arm64 go build ."},
		{"for the target, where the builder runs on it", debian + "ARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build .", "default-on", "GOARCH=$TARGETARCH go build ."},
		{"for the target that is not declared", debian + "RUN GOARCH=$TARGETARCH go build .", "default-on", "GOARCH=$TARGETARCH go build ."},
		{"xx-go", "FROM --platform=$BUILDPLATFORM golang:1.26\nRUN xx-go build .", "varies-by-platform", "xx-go build ."},
		{"a path of a variable", debian + "RUN CGO_ENABLED=0 $GOROOT/bin/go build .", "0", "CGO_ENABLED=0"},
		{"old Go", "FROM golang:1.18-alpine\nRUN go build .", "default-on", "go build ."},
		{"unknown builder", "FROM example.com/builder:1\nRUN go build .", "default", "go build ."},
		{"for each platform", "FROM --platform=$BUILDPLATFORM golang:1.26\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build .", "varies-by-platform", "GOARCH=$TARGETARCH go build ."},
		{"other flags and paths", debian + "RUN CGO_ENABLED=0 /usr/local/go/bin/go --x build -v --ldflags=-s .", "0", "CGO_ENABLED=0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src, _, a := analyze(tt.text)
			if len(a.Builds) != 1 {
				t.Fatalf("%d builds", len(a.Builds))
			}
			c := a.Builds[0].Cgo
			if c.State != tt.state || src.Text(c.Span) != tt.decided || c.Decision == "" {
				t.Errorf("got %s by %q (%s), want %s by %q", c.State, src.Text(c.Span), c.Decision, tt.state, tt.decided)
			}
		})
	}
}

// describe puts what a build writes on one line.
func describe(b *gobuild.Build) string {
	out := fmt.Sprintf("%s %v -> %v", b.Kind, b.Packages, b.Outputs)
	if b.Folder != "" {
		out += " in " + b.Folder
	}
	if b.Complete {
		out += " complete"
	}
	if b.Tool {
		out += " tool"
	}
	if b.Exempt != "" {
		out += " exempt " + b.Exempt
	}
	return out
}

func TestOutputs(t *testing.T) {
	tests := []struct{ run, want string }{
		{"go build -o /app .", "build [.] -> [/app] complete"},
		{"go build -o app .", "build [.] -> [/src/app] complete"},
		{"go build --o=bin/app ./cmd/x", "build [./cmd/x] -> [/src/bin/app] complete"},
		{"cd sub && go build -o app", "build [] -> [/src/sub/app] complete"},
		{"cd \"$X\" && go build -o app", "build [] -> []"},
		{"go -C sub build -o app", "build [] -> [/src/sub/app] complete"},
		{"go build -o /out/ ./cmd/a ./cmd/b", "build [./cmd/a ./cmd/b] -> [/out/a /out/b] complete"},
		{"mkdir -p /out && go build -o /out ./cmd/a", "build [./cmd/a] -> [/out/a] complete"},
		{"go build -o /out/ ./...", "build [./...] -> [] in /out"},
		{"go build -o . ./cmd/a", "build [./cmd/a] -> [/src/a] complete"},
		{"go build ./cmd/a", "build [./cmd/a] -> [/src/a] complete"},
		{"go build ./cmd/a ./cmd/b", "build [./cmd/a ./cmd/b] -> [] complete"},
		{"go build", "build [] -> [] in /src"},
		{"go build main.go util.go", "build [main.go util.go] -> [/src/main] complete"},
		{"go build example.com/x/cmd/tool/v2", "build [example.com/x/cmd/tool/v2] -> [/src/tool] complete"},
		{"go build -o $OUT .", "build [.] -> []"},
		{"OUT=/o; go build -o $OUT .", "build [.] -> [/o] complete"},
		{"go install ./cmd/a", "install [./cmd/a] -> [/go/bin/a] complete"},
		{"GOBIN=/b go install ./cmd/a", "install [./cmd/a] -> [/b/a] complete"},
		{"go install example.com/x/cmd/tool@v1", "install [example.com/x/cmd/tool@v1] -> [/go/bin/tool] complete tool"},
		{"go install .", "install [.] -> [] in /go/bin"},
		{"go build -tags x -ldflags '-s -w' -trimpath -o /app .", "build [.] -> [/app] complete"},
		{"go build -o /app . && mv /app /bin/server && cp /bin/server /x/", "build [.] -> [/app /bin/server /x/server] complete"},
		{"go build -o /dev/null .", "build [.] -> [] complete"},
		{"go build ./...", "build [./...] -> []"},
		{"go install std", "install [std] -> [] in /go/bin"},
		{"go install -v tool", "install [tool] -> [] in /go/bin tool"},
		{"GOARCH=arm64 go install ./cmd/a", "install [./cmd/a] -> [] in /go/bin"},
		{"GOBIN=$X go install ./cmd/a", "install [./cmd/a] -> []"},
		{"go build $FLAGS -o /app ./cmd/a", "build [./cmd/a] -> [/app] complete"},
		{"go build $BUILDFLAGS ./cmd/a", "build [./cmd/a] -> []"},
		{"F='-o /app -race'; go build $F ./cmd/a", "build [./cmd/a] -> [/app] complete exempt race"},
		{"go build -o /out/ ./cmd/$X", "build [./cmd/$X] -> [] in /out"},
		{"go list ./... | xargs go build", "build [] -> []"},
		{"mkdir -p \"$GOPATH/out\" && go build -o $GOPATH/out ./cmd/a", "build [./cmd/a] -> [/go/out/a] complete"},
		{"install -d /out && go build -o /out ./cmd/a", "build [./cmd/a] -> [/out/a] complete"},
		{"go build -o app . && install -m 755 app /usr/bin/server", "build [.] -> [/src/app /usr/bin/server] complete"},
		{"go build -o bin/ ./cmd/a ./cmd/b && cp bin/* /x/", "build [./cmd/a ./cmd/b] -> [/src/bin/a /src/bin/b /x/a /x/b] complete"},
		{"go build -o bin/a . && cp -r bin /x", "build [.] -> [/src/bin/a /x/a] complete"},
		{"go build -o app . && cp -t /x app", "build [.] -> [/src/app /x/app] complete"},
		{"go build && mv server /usr/bin/", "build [] -> [/usr/bin/server] in /src"},
		{"GOARCH=wasm go build -o /app .", "build [.] -> [/app] complete exempt wasm"},
		{"GOOS=windows go build ./cmd/a", "build [./cmd/a] -> [/src/a.exe] complete exempt windows"},
		{"go build -buildmode=c-shared -o lib.so .", "build [.] -> [/src/lib.so] complete exempt c-shared"},
		{"go build -race -o /app .", "build [.] -> [/app] complete exempt race"},
		{"GOEXPERIMENT=boringcrypto go build -o /app .", "build [.] -> [/app] complete exempt fips"},
	}
	for _, tt := range tests {
		t.Run(tt.run, func(t *testing.T) {
			_, _, a := analyze("FROM golang:1.26\nWORKDIR /src\nRUN " + tt.run + "\n")
			if len(a.Builds) != 1 {
				t.Fatalf("%d builds", len(a.Builds))
			}
			if diff := cmp.Diff(tt.want, describe(a.Builds[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
	// Somebody's own image may have any GOPATH, a distribution has the default.
	for from, want := range map[string]string{
		"alpine:3":                      "install [./a] -> [/root/go/bin/a] complete",
		"registry.example.com/golang:1": "install [./a] -> [/go/bin/a] complete",
		"example.com/builder:1":         "install [./a] -> []",
		"somebody/golang:1":             "install [./a] -> []",
	} {
		if _, _, a := analyze("FROM " + from + "\nWORKDIR /src\nRUN go install ./a\n"); describe(a.Builds[0]) != want {
			t.Errorf("FROM %s: %s", from, describe(a.Builds[0]))
		}
	}
	for _, run := range []string{"go run .", "go test ./...", "go mod download", "go vet", "go", "make build", "echo go build", "go version"} {
		if _, _, a := analyze("FROM golang:1.26\nRUN " + run + "\n"); len(a.Builds) != 0 {
			t.Errorf("%s: %s", run, describe(a.Builds[0]))
		}
	}
}

// TestFlow: which builds reach the final stage, and what each source of its copies takes.
func TestFlow(t *testing.T) {
	const builder = "FROM golang:1.26 AS b\nWORKDIR /src\nCOPY . .\n"
	tests := []struct {
		name, text string
		final      string   // of each build
		takes      []string // of each source of the copies between stages
	}{
		{"exact path", builder + "RUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /app\n", "yes", []string{"artefact"}},
		{"in the work directory", builder + "RUN go build -o app .\nFROM scratch\nCOPY --from=b /src/app /\n", "yes", []string{"artefact"}},
		{"the name is the folder's", builder + "RUN go build\nFROM scratch\nCOPY --from=b /src/server /\n", "yes", []string{"artefact"}},
		{"whole work directory", builder + "RUN go build -o app .\nFROM scratch\nCOPY --from=b /src /src\n", "yes", []string{"workdir sources artefact"}},
		{"all of it by a glob", builder + "RUN go build -o app .\nFROM scratch\nCOPY --from=b /src/* /src/\n", "yes", []string{"workdir sources artefact"}},
		{"root", builder + "RUN go build -o app .\nFROM scratch\nCOPY --from=b / /\n", "yes", []string{"root artefact"}},
		{"an output folder", builder + "RUN go build -o /out/ ./...\nFROM scratch\nCOPY --from=b /out/ /bin/\n", "yes", []string{"artefact"}},
		{"an output below the work directory", builder + "RUN go build -o bin/app .\nFROM scratch\nCOPY --from=b /src/bin /bin\n", "yes", []string{"artefact"}},
		{"assets beside it", builder + "RUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /src/templates /x/\n", "yes", []string{"artefact", ""}},
		{"an output file with the name of a folder", "FROM golang:1.26 AS b\nCOPY . /go/src/x\nRUN cd /go/src/x && go build -o /app .\nFROM scratch\nWORKDIR /app\nCOPY --from=b /app .\n", "yes", []string{"artefact"}},
		{"go install", builder + "RUN go install ./cmd/a\nFROM scratch\nCOPY --from=b /go/bin/a /\n", "yes", []string{"artefact"}},
		{"go install, its folder", builder + "RUN go install ./cmd/a\nFROM scratch\nCOPY --from=b /go/bin/ /bin/\n", "yes", []string{"artefact"}},
		{"all of GOPATH", builder + "RUN go install ./cmd/a\nFROM scratch\nCOPY --from=b /go /go\n", "yes", []string{"toolchain artefact"}},
		{"moved", builder + "RUN go build -o app . && mv app /usr/local/bin/\nFROM scratch\nCOPY --from=b /usr/local/bin/app /\n", "yes", []string{"artefact"}},
		{"through another stage", builder + "RUN go build -o /app .\nFROM alpine AS c\nCOPY --from=b /app /tmp/\nFROM scratch\nCOPY --from=c /tmp/app /app\n", "yes", []string{"artefact", "artefact"}},
		{"a tool that stays", builder + "RUN go install example.com/gen@v1\nRUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /\n", "no yes", []string{"artefact"}},
		{"another program of the stage", builder + "RUN go build -o /one ./one\nRUN go build -o /two ./two\nFROM scratch\nCOPY --from=b /one /\n", "yes no", []string{"artefact"}},
		{"something else is taken", builder + "RUN go build -o /app . && upx -o /small /app\nFROM scratch\nCOPY --from=b /small /\n", "unknown", []string{""}},
		{"certificates are no program", builder + "RUN go build -o /app .\nFROM scratch\nCOPY app /\nCOPY --from=b /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n", "no", []string{""}},
		{"a name of the platform", builder + "ARG TARGETARCH\nRUN go build -o /app-$TARGETARCH .\nFROM scratch\nARG TARGETARCH\nCOPY --from=b /app-${TARGETARCH} /app\n", "yes", []string{"artefact"}},
		{"a name of another argument", builder + "ARG A\nRUN go build -o /app-$A .\nFROM scratch\nARG B\nCOPY --from=b /app-$B /app\n", "unknown", []string{""}},
		{"flags that are not known", builder + "RUN go build $BUILDFLAGS .\nFROM scratch\nCOPY --from=b /src/app /\n", "unknown", []string{""}},
		{"built again", builder + "RUN go build -o /app .\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=b /app /\n", "no yes", []string{"artefact"}},
		{"built again, perhaps", builder + "RUN go build -o /app .\nRUN if x; then CGO_ENABLED=0 go build -o /app .; fi\nFROM scratch\nCOPY --from=b /app /\n", "yes yes", []string{"artefact"}},
		{"built for the cache", builder + "RUN go build ./...\nRUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /\n", "no yes", []string{"artefact"}},
		{"checked in the final stage", builder + "RUN go build ./...\nCMD [\"x\"]\n", "unknown", nil},
		{"thrown away in the final stage", builder + "RUN go build -o /dev/null .\nCMD [\"x\"]\n", "no", nil},
		{"through a stage without WORKDIR", builder + "RUN go build -o /app .\nFROM alpine AS c\nCOPY --from=b /app .\nFROM scratch\nCOPY --from=c /app /app\n", "yes", []string{"artefact", "artefact"}},
		{"through a stage whose WORKDIR is not known", builder + "RUN go build -o /app .\nFROM example.com/x AS c\nCOPY --from=b /app .\nFROM scratch\nCOPY --from=c /app /app\n", "unknown", []string{"artefact", ""}},
		{"through a stage whose WORKDIR is not known, all of it", builder + "RUN go build -o /app .\nFROM example.com/x AS c\nCOPY --from=b /app .\nFROM scratch\nCOPY --from=c / /\n", "yes", []string{"artefact", "root artefact"}},
		{"moved in another stage", builder + "RUN go build -o /app .\nFROM alpine AS c\nCOPY --from=b /app /tmp/\nRUN mv /tmp/app /usr/bin/server\nFROM scratch\nCOPY --from=c /usr/bin/server /app\n", "yes", []string{"artefact", "artefact"}},
		{"go install for another platform, its folder", "FROM --platform=$BUILDPLATFORM golang:1.26 AS b\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go install ./cmd/a\nFROM scratch\nCOPY --from=b /go/bin/* /\n", "yes", []string{"artefact"}},
		{"one of several stages", builder + "RUN go build -o /app .\nFROM scratch AS bin-linux\nCOPY --from=b /app /\nFROM scratch AS bin-windows\nCOPY --from=b /app /app.exe\nFROM bin-$TARGETOS\n", "unknown", []string{"artefact", "artefact"}},
		{"the toolchain", builder + "RUN go build -o /app .\nFROM alpine\nCOPY --from=b /app /usr/local/go /x/\n", "yes", []string{"artefact", "toolchain"}},
		{"the module cache of another GOPATH", "FROM golang:1.26 AS b\nENV GOPATH=/g\nRUN go build -o /app .\nFROM alpine\nCOPY --from=b /app /g/pkg/mod /x/\n", "yes", []string{"artefact", "toolchain"}},
		{"stage not used", builder + "RUN go build -o /app .\nFROM scratch\nCOPY app /\n", "no", nil},
		{"built in the final stage", builder + "RUN go build -o /app .\nCMD [\"/app\"]\n", "yes", nil},
		{"built in a parent of the final stage", builder + "RUN go build -o /app .\nFROM b\nCMD [\"/app\"]\n", "yes", nil},
		{"a bind mount", builder + "RUN go build -o /app .\nFROM alpine\nRUN --mount=from=b,target=/b cp /b/app /app\n", "yes", []string{"root artefact"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, m, a := analyze(tt.text)
			var final []string
			for _, b := range a.Builds {
				final = append(final, string(b.Final))
			}
			var takes []string
			for _, s := range m.Stages {
				for _, c := range s.Copies {
					for i := range c.Sources {
						if c.From != nil {
							words, _ := a.Takes(c, i)
							takes = append(takes, strings.Join(words, " "))
						}
					}
				}
			}
			if got := strings.Join(final, " "); got != tt.final {
				t.Errorf("final %q, want %q", got, tt.final)
			}
			if diff := cmp.Diff(tt.takes, takes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestToolchain(t *testing.T) {
	tests := []struct{ text, want string }{
		{"FROM golang:1.26", "golang:1.26"},
		{"FROM mirror.example.com/library/golang:1.26 AS b\nFROM b", "mirror.example.com/library/golang:1.26"},
		{"FROM alpine\nRUN apk add --no-cache git go", "apk add --no-cache git go"},
		{"FROM debian\nRUN apt-get update && apt-get install -y golang-go", "apt-get install -y golang-go"},
		{"FROM debian\nRUN curl -fsSL https://go.dev/dl/go1.26.0.linux-amd64.tar.gz | tar xz", "curl -fsSL https://go.dev/dl/go1.26.0.linux-amd64.tar.gz"},
		{"FROM alpine\nCOPY --from=golang:1.26 /usr/local/go /usr/local/go", "COPY --from=golang:1.26 /usr/local/go /usr/local/go"},
		{"FROM alpine\nRUN apk add google-cloud", ""},
		{"FROM example.com/go-service:1", ""},
	}
	for _, tt := range tests {
		src, m, a := analyze(tt.text)
		got := ""
		if at := a.Toolchain(m.Final); at != nil {
			got = src.Text(*at)
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestAbsent: what is copied from a stage is missing for certain only where the whole stage is understood.
func TestAbsent(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"FROM golang:1.26 AS b\nRUN go build -o /out/app .\nFROM scratch\nCOPY --from=b /out/ap /\n", true},
		{"FROM golang:1.26 AS b\nRUN go build -o /out/app .\nFROM scratch\nCOPY --from=b /assets/x /\n", true},
		{"FROM example.com/builder AS b\nRUN go build -o /out/app .\nFROM scratch\nCOPY --from=b /assets/x /\n", false},
		{"FROM somebody/golang AS b\nRUN go build -o /out/app .\nFROM scratch\nCOPY --from=b /assets/x /\n", false},
		{"FROM golang:1.26 AS b\nRUN go build -o /out/app . && make assets\nFROM scratch\nCOPY --from=b /assets/x /\n", false},
		{"FROM golang:1.26 AS b\nARG A\nRUN go build -o /out/app-$A .\nFROM scratch\nCOPY --from=b /out/app-1 /\n", false},
		{"FROM golang:1.26 AS b\nRUN go build $BUILDFLAGS .\nFROM scratch\nCOPY --from=b /out/app /\n", false},
	}
	for _, tt := range tests {
		_, m, a := analyze(tt.text)
		if got := a.Absent(m.Final.Copies[0], 0); got != tt.want {
			t.Errorf("%q: got %t, want %t", tt.text, got, tt.want)
		}
	}
}

// TestCorpus counts on real files, where they are at hand.
func TestCorpus(t *testing.T) {
	archive := "../../../shared/corpus/open.tar.xz"
	if _, err := os.Stat(archive); err != nil {
		t.Skip("no corpus of real Dockerfiles at hand")
	}
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-C", dir, "-xJf", archive).CombinedOutput(); err != nil {
		t.Skipf("unpack the corpus: %v: %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _, a := analyze(string(text))
		for _, b := range a.Builds {
			counts["builds"]++
			counts["cgo "+string(b.Cgo.State)]++
			counts["final "+string(b.Final)]++
		}
	}
	t.Log(counts)
	if counts["builds"] < 100 {
		t.Errorf("%d builds in %d files", counts["builds"], len(files))
	}
}

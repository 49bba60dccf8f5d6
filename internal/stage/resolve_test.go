package stage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

func resolve(text string, opt stage.Options) *stage.Model {
	return stage.Resolve(dockerfile.Parse(source.NewFile("Dockerfile", []byte(text))), opt)
}

// describe puts a stage on one line: what it builds on, who needs it and the state it ends with.
func describe(m *stage.Model) []string {
	var out []string
	for _, s := range m.Stages {
		parts := []string{fmt.Sprintf("%s from %s %q", s.Name(), s.Kind, s.Base.Text)}
		if s.Base.State != stage.Known {
			parts = append(parts, string(s.Base.State))
		}
		if s.Needed {
			parts = append(parts, "needed")
		}
		if s == m.Final {
			parts = append(parts, "final")
		}
		if s.Out.User.By != nil {
			parts = append(parts, fmt.Sprintf("user %s (%s)", s.Out.User.Text, s.Out.User.State))
		}
		if s.Out.Workdir.By != nil {
			parts = append(parts, fmt.Sprintf("in %s (%s)", s.Out.Workdir.Text, s.Out.Workdir.State))
		}
		if s.Entrypoint != nil {
			parts = append(parts, "entrypoint "+s.Entrypoint.Body.String)
		}
		if s.Cmd != nil {
			parts = append(parts, "cmd "+s.Cmd.Body.String)
		}
		for _, c := range s.Copies {
			parts = append(parts, copyLine(c))
		}
		out = append(out, strings.Join(parts, ", "))
	}
	return out
}

func copyLine(c *stage.Copy) string {
	what := "copy"
	if c.Mount != nil {
		what = "mount"
	}
	from := string(c.Kind)
	switch {
	case c.From != nil:
		from = c.From.Name()
	case c.Refused != "":
		from += " (" + string(c.Refused) + ")"
	case c.Image.Text != "":
		from += " " + c.Image.Text
	}
	var sources []string
	for _, p := range c.Sources {
		sources = append(sources, p.Abs)
	}
	return fmt.Sprintf("%s %s [%s] to %s", what, from, strings.Join(sources, " "), c.Dest.Abs)
}

func TestResolve(t *testing.T) {
	tests := []struct {
		name string
		text string
		opt  stage.Options
		want []string
	}{
		{
			name: "no FROM is one implicit stage",
			text: "RUN true\nUSER app\n",
			want: []string{`stage 0 from unknown "", unknown, needed, final, user app (known)`},
		},
		{
			name: "aliases in any case, numbers, images and what is refused",
			text: `FROM golang:1.26 AS Build
FROM scratch AS other
COPY --from=BUILD /a /b
COPY --from=0 /a/ /c/
COPY --from=nginx:1 /d /e
COPY --from=1 /f /g
COPY --from=2 /f /g
COPY --from=9 /f /g
COPY --from=$X /f /g
FROM other
`,
			want: []string{
				`Build from image "golang:1.26", needed`,
				`other from scratch "scratch", needed, copy Build [/a] to /b, copy Build [/a] to /c, copy image nginx:1 [/d] to /e, ` +
					`copy nothing (self) [/f] to /g, copy nothing (later) [/f] to /g, copy nothing (number) [/f] to /g, copy nothing (variable) [/f] to /g`,
				`stage 2 from stage "other", needed, final`,
			},
		},
		{
			name: "state is inherited along FROM <stage>, and not through COPY --from",
			text: `FROM alpine:3 AS base
USER app
WORKDIR /srv
ENTRYPOINT ["a"]
CMD ["b"]
FROM base AS child
WORKDIR sub
ENTRYPOINT ["c"]
FROM alpine:3
COPY --from=child /srv/sub/x .
`,
			want: []string{
				`base from image "alpine:3", needed, user app (known), in /srv (known), entrypoint ["a"], cmd ["b"]`,
				`child from stage "base", needed, user app (known), in /srv/sub (known), entrypoint ["c"]`,
				`stage 2 from image "alpine:3", needed, final, copy child [/srv/sub/x] to `,
			},
		},
		{
			name: "global arguments, defaults, build arguments and what the caller decides",
			text: `ARG V=1.2
ARG REG
ARG FULL=${REG:-docker.io}/x:$V
FROM golang:$V AS a
FROM $REG/y AS b
FROM $FULL AS c
FROM ${NOPE}z AS d
`,
			opt: stage.Options{BuildArgs: map[string]string{"V": "1.3"}},
			want: []string{
				`a from image "golang:1.3"`,
				`b from unknown "$REG/y", caller`,
				`c from image "docker.io/x:1.3"`,
				`d from unknown "${NOPE}z", unknown, needed, final`,
			},
		},
		{
			name: "a value that is not known is not the default",
			text: "ARG V=1.2\nFROM golang:$V AS a\nARG W=/w\nWORKDIR $W\n",
			opt:  stage.Options{CallersArgs: []string{"V", "W"}},
			want: []string{`a from unknown "golang:$V", caller, needed, final, in $W (caller)`},
		},
		{
			name: "--target by name and number",
			text: "FROM a:1 AS x\nFROM b:1\n",
			opt:  stage.Options{Target: "X"},
			want: []string{`x from image "a:1", needed, final`, `stage 1 from image "b:1"`},
		},
		{
			name: "a named context stands before stages and images",
			text: "FROM a:1 AS x\nFROM ctx\nCOPY --from=ctx /a /b\n",
			opt:  stage.Options{Contexts: []string{"ctx"}},
			want: []string{`x from image "a:1"`, `stage 1 from context "ctx", needed, final, copy context [/a] to /b`},
		},
		{
			name: "ONBUILD runs in the stage that builds on it",
			text: "FROM a:1 AS x\nONBUILD USER u\nONBUILD COPY s /d\nFROM x\n",
			want: []string{`x from image "a:1", needed`, `stage 1 from stage "x", needed, final, user u (known), copy main [/s] to /d`},
		},
		{
			name: "mounts",
			text: "FROM a:1 AS x\nFROM b:1\nRUN --mount=from=x,target=/t --mount=type=cache,target=/c --mount=type=bind,from=0,source=/s,target=u true\n",
			want: []string{`x from image "a:1", needed`, `stage 1 from image "b:1", needed, final, mount x [/] to /t, mount image 0 [/s] to `},
		},
		{
			name: "a mount without a target is at the working directory",
			text: "FROM a:1\nWORKDIR /w\nRUN --mount=type=bind,source=sub true\n",
			want: []string{`stage 0 from image "a:1", needed, final, in /w (known), mount main [/sub] to /w`},
		},
		{
			name: "variables in paths and users",
			text: "FROM golang:1.26\nARG U=app\nENV D=/opt\nWORKDIR $GOPATH/src\nUSER ${U}\nCOPY . $D/x/\nARG N\nUSER $N\n",
			want: []string{`stage 0 from image "golang:1.26", needed, final, user $N (caller), in /go/src (known), copy main [/] to /opt/x`},
		},
		{
			name: "what the base image may set is not known, on scratch it is empty",
			text: "FROM debian:12 AS a\nWORKDIR $HOME/x\nFROM scratch\nWORKDIR $HOME/x\n",
			want: []string{
				`a from image "debian:12", in $HOME/x (base)`,
				`stage 1 from scratch "scratch", needed, final, in /x (known)`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, describe(resolve(tt.text, tt.opt))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	const text = `ARG A=global
ARG B=global
FROM alpine:3
ARG A
ARG B=stage
ARG TARGETARCH
ARG TARGETOS=linux
ENV C=$A-$B D="$C x" E=${MISSING:-def}
ARG F
ENV A=env
ARG A
`
	m := resolve(text, stage.Options{})
	var got []string
	for _, name := range []string{"A", "B", "C", "D", "E", "F", "TARGETARCH", "TARGETOS", "G"} {
		v := m.Final.Out.Env.Lookup(name)
		if v == nil {
			got = append(got, name+" undeclared")
			continue
		}
		got = append(got, fmt.Sprintf("%s=%q %s %s overridable=%v", name, v.Value.Text, v.Kind, v.Value.State, v.Value.Overridable))
	}
	want := []string{
		`A="global" arg known overridable=true`,
		`B="stage" arg known overridable=true`,
		`C="global-stage" env known overridable=true`,
		`D="$C x" env base overridable=false`,
		`E="def" env base overridable=false`,
		`F="" arg caller overridable=false`,
		`TARGETARCH="" automatic automatic overridable=false`,
		`TARGETOS="linux" arg known overridable=true`,
		`G undeclared`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if i := slices.IndexFunc(m.Final.Steps, func(s *stage.Step) bool { return s.Name == "ENV" }); m.Final.Steps[i].Before.Env.Lookup("C") != nil {
		t.Error("ENV is in force before itself")
	}
}

// Command buildx says what BuildKit fetches to build a Dockerfile, and what buildx decides about each by build policies without asking anybody.
//
//	buildx DOCKERFILE POLICY...   a line of JSON for each policy and source
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/docker/buildx/policy"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/sourcepolicy/policysession"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

func main() {
	if err := decide(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type source struct {
	op       *pb.SourceOp
	platform *pb.Platform
	lines    []int32
}

func decide(dockerfile string, policies []string) error {
	sources, err := sourcesOf(dockerfile)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, file := range policies {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		root, err := os.OpenRoot(filepath.Dir(file))
		if err != nil {
			return err
		}
		p := policy.NewPolicy(policy.Opt{
			Files: []policy.File{{Filename: filepath.Base(file), Data: text}},
			Env:   policy.Env{Filename: filepath.Base(dockerfile)},
			FS:    func() (fs.StatFS, func() error, error) { return root.FS().(fs.StatFS), nil, nil },
		})
		for _, s := range sources {
			said := map[string]any{"policy": filepath.Base(file), "source": s.op.Identifier, "lines": s.lines}
			decision, next, err := p.CheckPolicy(context.Background(), &policysession.CheckPolicyRequest{
				Platform: s.platform, Source: &gwpb.ResolveSourceMetaResponse{Source: s.op},
			})
			switch {
			case err != nil:
				said["error"] = err.Error()
			case next != nil:
				said["asks"] = true
			default:
				said["allow"] = decision.Action.String() != "DENY"
				messages := []string{}
				for _, m := range decision.DenyMessages {
					messages = append(messages, m.Message)
				}
				said["messages"] = messages
			}
			if err := out.Encode(said); err != nil {
				return err
			}
		}
	}
	return nil
}

// nobody is asked about images: none of them says anything.
type nobody struct{}

func (nobody) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": ["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]}}`), nil
}

// sourcesOf are what BuildKit fetches for a Dockerfile, but for its frontend and the build context.
func sourcesOf(dockerfile string) ([]source, error) {
	text, err := os.ReadFile(dockerfile)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	caps := pb.Caps.CapSet(pb.Caps.All())
	sourceMap := llb.NewSourceMap(nil, dockerfile, "Dockerfile", text)
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	result, err := dockerfile2llb.Dockerfile2LLB(ctx, text, dockerfile2llb.ConvertOpt{LLBCaps: &caps, SourceMap: sourceMap, TargetPlatform: &platform, MetaResolver: nobody{}})
	if err != nil {
		return nil, err
	}
	def, err := result.State.Marshal(ctx, llb.Platform(platform))
	if err != nil {
		return nil, err
	}
	var out []source
	for _, dt := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(dt); err != nil {
			return nil, err
		}
		src := op.GetSource()
		if src == nil || op.GetPlatform() == nil && src.Identifier == "local://context" {
			continue
		}
		s := source{op: src, platform: op.Platform}
		if at := def.Source.Locations[digest.FromBytes(dt).String()]; at != nil {
			for _, l := range at.Locations {
				for _, r := range l.Ranges {
					s.lines = append(s.lines, r.Start.Line)
				}
			}
		}
		out = append(out, s)
	}
	return out, nil
}

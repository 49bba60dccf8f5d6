package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/stage"
)

// buildOptions are the flags that say how the image is built, as docker build has them.
type buildOptions struct {
	target    string
	buildArgs []string
	contexts  []string
}

func (b *buildOptions) flags(f *pflag.FlagSet) {
	under(f, buildHeading, func(f *pflag.FlagSet) {
		f.StringVar(&b.target, "target", "", "the `STAGE` that is built, as in docker build (default: the last)")
		f.StringArrayVar(&b.buildArgs, "build-arg", nil, "`NAME=VALUE` of an ARG, as in docker build (may be repeated)")
		f.StringArrayVar(&b.contexts, "build-context", nil, "`NAME=PATH` of a named build context, as in docker build; only the name counts (may be repeated)")
	})
}

// contextNames are the names of the --build-contexts.
func (b *buildOptions) contextNames() ([]string, error) {
	var names []string
	for _, text := range b.contexts {
		name, _, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--build-context %q: give NAME=PATH", text)
		}
		names = append(names, name)
	}
	return names, nil
}

// stageOptions are the flags as the stage model takes them.
func (b *buildOptions) stageOptions() (stage.Options, error) {
	opt := stage.Options{Target: b.target, BuildArgs: map[string]string{}}
	for _, text := range b.buildArgs {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return opt, fmt.Errorf("--build-arg %q: give NAME=VALUE", text)
		}
		opt.BuildArgs[name] = value
	}
	var err error
	opt.Contexts, err = b.contextNames()
	return opt, err
}

// contextOptions say where the build context is.
type contextOptions struct {
	dir  string
	none bool
}

func (o *contextOptions) flags(f *pflag.FlagSet) {
	under(f, buildHeading, func(f *pflag.FlagSet) {
		f.StringVar(&o.dir, "context", "", "`DIR` of the build context, whose Go sources are read (default: the Dockerfile's folder)")
		f.BoolVar(&o.none, "no-context", false, "read nothing but the Dockerfile")
	})
}

// settingsOptions are the flags that choose rules and configuration.
type settingsOptions struct {
	build    buildOptions
	choices  config.Flags
	file     string
	noConfig bool
	share    shareOptions
}

// settingsFlags are the flags that choose rules, and say how the image is built.
func (a *app) settingsFlags(cmd *cobra.Command, s *settingsOptions) {
	f := cmd.Flags()
	under(f, rulesHeading, func(f *pflag.FlagSet) {
		f.StringVar(&s.choices.Profile, "profile", "", "`NAME` of a set of choices: "+strings.Join(config.Profiles(), ", "))
		f.StringSliceVar(&s.choices.Select, "select", nil, "only these `RULES`: ids, other tools' codes, categories, rules, policies, or the sets default, strict and all")
		f.StringSliceVar(&s.choices.Ignore, "ignore", nil, "leave these `RULES` out")
		f.StringSliceVar(&s.choices.Severity, "severity", nil, "set a rule's severity: `RULE=LEVEL`, with note, warning, error or off")
	})
	s.placeFlags(f)
	s.build.flags(f)
	offer(cmd, "profile", config.Profiles()...)
	a.offerRules(cmd, "select", "ignore", "severity")
}

func (s *settingsOptions) excludeFlag(f *pflag.FlagSet) {
	f.StringArrayVar(&s.choices.Exclude, "exclude", nil, "leave out files that match `GLOB` when searching folders (may be repeated)")
}

// placeFlags are the flags that say where rules and configuration come from.
func (s *settingsOptions) placeFlags(f *pflag.FlagSet) {
	under(f, placesHeading, func(f *pflag.FlagSet) {
		f.StringArrayVar(&s.choices.Policies, "policy", nil, "`PLACE` of policies of your own: a folder, a .rego file, a bundle (.tar.gz), or the address of one, oci:// or https:// (may be repeated)")
		s.share.flags(f)
		f.BoolVar(&s.share.offline, "offline", false, "use the cache for policies that are elsewhere, and no network")
		f.StringVarP(&s.file, "config", "c", "", "configuration `FILE` for everything (default: the nearest plimline.yaml upwards from each file)")
		f.BoolVar(&s.noConfig, "no-config", false, "read no configuration")
	})
}

// loader makes the flags into the configurations of files.
func (s *settingsOptions) loader(catalogs config.Catalogs) (*config.Loader, error) {
	if s.noConfig && s.file != "" {
		return nil, fmt.Errorf("--config and --no-config exclude each other")
	}
	flags := s.choices
	flags.Target = s.build.target
	flags.BuildArgs = slices.Clone(s.build.buildArgs)
	return config.NewLoader(catalogs, config.LoaderOptions{File: s.file, None: s.noConfig, Flags: flags})
}

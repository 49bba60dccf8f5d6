package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/plimline/plimline/internal/bundle"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/source"
)

// shareOptions are the flags that say how bundles are got.
type shareOptions struct {
	keys      []string
	plainHTTP bool
	offline   bool
}

func (o *shareOptions) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.keys, "policy-key", nil, "PEM `FILE` with a public key; bundles must be signed with it (may be repeated)")
	f.BoolVar(&o.plainHTTP, "plain-http", false, "get policies by http instead of https")
}

// options are those for a place. What a plimline.yaml names is locked; what a flag names is taken as it is.
func (o *shareOptions) options(p config.Place) (bundle.Options, error) {
	opt := bundle.DefaultOptions()
	opt.Offline, opt.PlainHTTP = o.offline, o.plainHTTP
	for _, file := range append(p.Keys, o.keys...) {
		key, err := policy.ReadPublicKey(file)
		if err != nil {
			return opt, err
		}
		opt.Keys = append(opt.Keys, key)
	}
	if p.Dir != "" && bundle.IsAddress(p.Ref) {
		var err error
		if opt.Lock, err = bundle.ReadLock(p.Dir); err != nil {
			return opt, err
		}
	}
	return opt, nil
}

// source finds policies: a folder, a .rego file or a bundle.
func (a *app) source(o *shareOptions) func(config.Place) (policy.Source, error) {
	return func(p config.Place) (policy.Source, error) {
		if !bundle.Is(p.Ref) {
			return policy.Open(p.Ref)
		}
		opt, err := o.options(p)
		if err != nil {
			return policy.Source{}, err
		}
		b, err := bundle.Open(a.ctx, p.Ref, opt)
		if err != nil {
			return policy.Source{}, err
		}
		return policy.Source{Name: filepath.ToSlash(p.Ref), FS: b.FS}, nil
	}
}

func (a *app) policyBundleCommand() *cobra.Command {
	var output, key string
	cmd := &cobra.Command{
		Use:   "bundle FOLDER",
		Short: "Pack policies into an archive",
		Long: `Pack a folder of policies into a bundle, a .tar.gz archive that OPA reads too: plimline's helpers and the defaults of the parameters go along
for it. What is hidden stays out. The same folder makes the same bytes in the same version; a signature with an RSA key does not change that,
one with ECDSA does.`,
		Example: "  plimline policy bundle policies -o policies.tar.gz\n  plimline lint --policy policies.tar.gz",
		Args:    oneArgument("a folder of policies"),
		RunE: func(_ *cobra.Command, args []string) error {
			if output == "" {
				return errors.New("say with --output where the archive goes")
			}
			packed, err := a.pack(args[0], key)
			if err != nil {
				return err
			}
			if err := replaceFile(output, packed); err != nil {
				return fmt.Errorf("write %s: %w", filepath.ToSlash(output), source.Cause(err))
			}
			fmt.Fprintf(a.stdout, "wrote %s\n", filepath.ToSlash(output))
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "the `FILE` to write")
	signingFlag(cmd.Flags(), &key)
	return cmd
}

func signingFlag(f *pflag.FlagSet, key *string) {
	f.StringVar(key, "signing-key", "", "PEM `FILE` with a private key (RSA or ECDSA) to sign with")
}

// pack packs a folder whose policies can be used.
func (a *app) pack(folder, keyFile string) ([]byte, error) {
	name := filepath.ToSlash(folder)
	info, err := os.Stat(folder)
	if err != nil {
		return nil, fmt.Errorf("read the policies in %s: %w", name, source.Cause(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder", name)
	}
	var key *policy.PrivateKey
	if keyFile != "" {
		k, err := policy.ReadPrivateKey(keyFile)
		if err != nil {
			return nil, err
		}
		key = &k
	}
	fsys := os.DirFS(folder)
	engine, err := a.usable(policy.Source{Name: name, FS: fsys})
	if err != nil {
		return nil, err
	}
	forOPA, err := engine.ForOPA()
	if err != nil {
		return nil, err
	}
	packed, err := bundle.Pack(fsys, forOPA, key)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", name, err)
	}
	return packed, nil
}

// usable refuses policies that would fail where they are used.
func (a *app) usable(source policy.Source) (*policy.Engine, error) {
	engine, err := policy.LoadBuiltin(a.ctx, source)
	if err != nil {
		return nil, err
	}
	if problems := engine.Errors(); len(problems) > 0 {
		return nil, fmt.Errorf("%w\nnothing is shared that cannot be used", errors.Join(problems...))
	}
	return engine, nil
}

func (a *app) policyPushCommand() *cobra.Command {
	var share shareOptions
	var key string
	cmd := &cobra.Command{
		Use:   "push FOLDER ADDRESS",
		Short: "Put policies into a registry",
		Long: `Pack a folder of policies and put it into an OCI registry; or put an archive there that policy bundle made. Passwords come from Docker's
configuration (docker login). OPA, conftest and oras can pull what is pushed.`,
		Example: "  plimline policy push policies oci://registry.example.com/platform/policies:v1",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("%s takes a folder and an address such as oci://registry/org/policies:v1\nusage: %s", cmd.CommandPath(), cmd.UseLine())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			opt, err := share.options(config.Place{})
			if err != nil {
				return err
			}
			var packed []byte
			if bundle.Is(args[0]) && !bundle.IsAddress(args[0]) {
				packed, err = a.packed(args[0], key, opt)
			} else {
				packed, err = a.pack(args[0], key)
			}
			if err != nil {
				return err
			}
			digest, err := bundle.Push(a.ctx, packed, args[1], opt)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "pushed %s\n%s\n", args[1], digest)
			return nil
		},
	}
	share.flags(cmd.Flags())
	signingFlag(cmd.Flags(), &key)
	return cmd
}

// packed is an archive that is there already.
func (a *app) packed(file, key string, opt bundle.Options) ([]byte, error) {
	if key != "" {
		return nil, fmt.Errorf("%s is packed already; policy bundle --signing-key signs", filepath.ToSlash(file))
	}
	b, err := bundle.Open(a.ctx, file, opt)
	if err != nil {
		return nil, err
	}
	if _, err := a.usable(policy.Source{Name: filepath.ToSlash(file), FS: b.FS}); err != nil {
		return nil, err
	}
	return b.Packed, nil
}

func (a *app) policyPullCommand() *cobra.Command {
	var share shareOptions
	var output string
	cmd := &cobra.Command{
		Use:   "pull ADDRESS",
		Short: "Get policies from a registry or another address",
		Long: `Get policies into the cache, and with --output into a new folder. ADDRESS is oci://registry/org/policies with a :tag or an @sha256: digest,
https://host/bundle.tar.gz, or an archive on disk.`,
		Example: "  plimline policy pull oci://registry.example.com/platform/policies:v1 -o vendor/policies",
		Args:    oneArgument("an address such as oci://registry/org/policies:v1"),
		RunE: func(_ *cobra.Command, args []string) error {
			opt, err := share.options(config.Place{})
			if err != nil {
				return err
			}
			if !bundle.Is(args[0]) {
				return fmt.Errorf("%q is not an address; use oci://registry/org/policies:v1, https://host/bundle.tar.gz or a .tar.gz", args[0])
			}
			b, err := bundle.Open(a.ctx, args[0], opt)
			if err != nil {
				return err
			}
			if output != "" {
				if err := b.Unpack(output); err != nil {
					return fmt.Errorf("write %s: %w", filepath.ToSlash(output), source.Cause(err))
				}
				fmt.Fprintf(a.stdout, "wrote %s\n", filepath.ToSlash(output))
			} else if b.NotKept != nil {
				return fmt.Errorf("keep the policies in %s in the cache: %w", args[0], b.NotKept)
			}
			fmt.Fprintf(a.stdout, "pulled %s\n%s\n", filepath.ToSlash(args[0]), b.Digest)
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "the `FOLDER` to write; it must not be there yet")
	share.flags(cmd.Flags())
	cmd.Flags().BoolVar(&share.offline, "offline", false, "use nothing but the cache")
	return cmd
}

func (a *app) policyUpdateCommand() *cobra.Command {
	var share shareOptions
	var file string
	var check bool
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Lock the policies that plimline.yaml names by address",
		Long: `Look at what is behind the addresses in plimline.yaml, and write it to plimline.lock beside it. From then on plimline uses just that,
whatever becomes of a tag. An address with a digest (@sha256:) cannot change and is not in the file.

Exit code: 0 done, 1 with --check something has changed, 2 something could not be done.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.updateLock(file, check, &share) },
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration `FILE` (default: the nearest plimline.yaml upwards)")
	cmd.Flags().BoolVar(&check, "check", false, "say what has changed, and write nothing")
	share.flags(cmd.Flags())
	return cmd
}

func (a *app) updateLock(file string, check bool, share *shareOptions) error {
	if file == "" {
		var err error
		if file, err = config.Find("Dockerfile"); err != nil {
			return err
		}
		if file == "" {
			return errors.New("there is no plimline.yaml here or above")
		}
	}
	places, err := config.Places(file)
	if err != nil {
		return err
	}
	dir := filepath.Dir(file)
	old, err := bundle.ReadLock(dir)
	if err != nil {
		fmt.Fprintln(a.stderr, "plimline:", err)
		old = bundle.NewLock(dir)
	}
	lock := bundle.NewLock(dir)
	changed := false
	for _, p := range places {
		if !bundle.IsAddress(p.Ref) || bundle.Pinned(p.Ref) {
			continue
		}
		p.Dir = "" // what is there now
		opt, err := share.options(p)
		if err != nil {
			return err
		}
		b, err := bundle.Open(a.ctx, p.Ref, opt)
		if err != nil {
			return err
		}
		lock.Set(p.Ref, b.Digest)
		switch was := old.Digest(p.Ref); was {
		case b.Digest:
			fmt.Fprintf(a.stdout, "%s is as it was\n", p.Ref)
		case "":
			changed = true
			fmt.Fprintf(a.stdout, "%s is new\n  now %s\n", p.Ref, b.Digest)
		default:
			changed = true
			fmt.Fprintf(a.stdout, "%s has changed\n  was %s\n  now %s\n", p.Ref, was, b.Digest)
		}
	}
	for _, address := range old.Addresses() {
		if lock.Digest(address) == "" {
			changed = true
			fmt.Fprintf(a.stdout, "%s is named no more\n", address)
		}
	}
	if check {
		if changed {
			a.code = ExitFindings
		}
		return nil
	}
	if _, err := os.Lstat(lock.File); errors.Is(err, fs.ErrNotExist) && len(lock.Addresses()) == 0 {
		fmt.Fprintf(a.stdout, "%s names nothing that may change\n", filepath.ToSlash(file))
		return nil
	}
	if err := lock.Write(); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "wrote %s\n", filepath.ToSlash(lock.File))
	return nil
}

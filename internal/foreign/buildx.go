package foreign

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// BuildSource is what a build policy of buildx sees of something that a build fetches.
type BuildSource struct {
	Input map[string]any
	// Unknown are the fields of Input that only who has the source knows, such as "image.checksum".
	Unknown []string
}

// Image is the input for an image. It has a tag or a digest; a platform is such as "linux/arm64", "" when it is not known.
func Image(registry, repository, familiar, tag, digest, platform string) BuildSource {
	name := registry + "/" + repository
	ref := name
	if tag == "" && digest == "" {
		tag = "latest"
	}
	image := map[string]any{"host": registry, "repo": familiar, "fullRepo": name}
	if tag != "" {
		ref += ":" + tag
		image["tag"] = tag
	}
	out := BuildSource{Input: map[string]any{"image": image}}
	if digest != "" {
		ref += "@" + digest
		image["isCanonical"], image["checksum"] = true, digest
	} else {
		out.Unknown = append(out.Unknown, "image.checksum")
	}
	image["ref"] = ref
	if platform != "" {
		image["platform"] = platform
		for i, part := range strings.SplitN(platform, "/", 3) {
			image[[]string{"os", "arch", "variant"}[i]] = part
		}
	} else {
		out.Unknown = append(out.Unknown, "image.platform", "image.os", "image.arch", "image.variant")
	}
	for _, field := range []string{"labels", "user", "volumes", "workingDir", "env", "createdTime", "hasProvenance", "provenance", "signatures"} {
		out.Unknown = append(out.Unknown, "image."+field)
	}
	return out
}

// Remote is the input for an ADD of something that is elsewhere: a Git repository or a file. The checksum is ADD's, "" for none. It is false for
// what is in the build context.
func Remote(address, checksum string) (BuildSource, bool) {
	if out, is := git(address); is {
		return out, true
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return BuildSource{}, false
	}
	file := map[string]any{"url": address, "schema": u.Scheme, "host": hostOf(u)}
	if u.Path != "" {
		file["path"] = u.Path
	}
	if query := u.Query(); len(query) > 0 {
		values := map[string]any{}
		for key, list := range query {
			values[key] = list
		}
		file["query"] = values
	}
	out := BuildSource{Input: map[string]any{"http": file}}
	if checksum != "" {
		file["checksum"] = checksum
	} else {
		out.Unknown = append(out.Unknown, "http.checksum")
	}
	return out, true
}

// hostOf is a host in small letters, without a port that goes without saying.
func hostOf(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		host = addr.String()
	}
	port := u.Port()
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		port = strconv.FormatUint(n, 10)
	}
	switch {
	case port != "" && !(u.Scheme == "http" && port == "80") && !(u.Scheme == "https" && port == "443"):
		return net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		return "[" + host + "]"
	}
	return host
}

var (
	scpAddress = regexp.MustCompile(`^([a-zA-Z0-9_.-]+)@([a-zA-Z0-9.-]+):(.*)$`)
	commit     = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
)

// git is the input for a Git repository, as BuildKit tells one: git@host:path, git:// and ssh://, a path that ends in .git, and github.com/.
func git(address string) (BuildSource, bool) {
	var schema, host, remote, fragment string
	query := url.Values{}
	if m := scpAddress.FindStringSubmatch(address); m != nil {
		remote, fragment, _ = strings.Cut(address, "#")
		schema, host = "ssh", m[2]
		if before, after, found := strings.Cut(remote, "?"); found {
			remote = before
			query, _ = url.ParseQuery(after)
		}
	} else {
		full := address
		if strings.HasPrefix(address, "github.com/") {
			full = "https://" + address
		}
		u, err := url.Parse(full)
		if err != nil || u.Host == "" {
			return BuildSource{}, false
		}
		switch u.Scheme {
		case "git", "ssh":
		case "http", "https":
			if full == address && !strings.HasSuffix(u.Path, ".git") {
				return BuildSource{}, false
			}
		default:
			return BuildSource{}, false
		}
		schema, host, fragment, query = u.Scheme, u.Host, u.Fragment, u.Query()
		bare := *u
		bare.Fragment, bare.RawQuery = "", ""
		remote = bare.String()
	}
	ref, subdir, _ := strings.Cut(fragment, ":")
	for key, prefix := range map[string]string{"ref": "", "tag": "refs/tags/", "branch": "refs/heads/"} {
		if value := query.Get(key); value != "" {
			ref = prefix + strings.TrimPrefix(value, prefix)
		}
	}
	if value := query.Get("subdir"); value != "" {
		subdir = value
	}
	g := map[string]any{"schema": schema, "host": host, "remote": remote, "fullURL": remote}
	if clean := path.Clean(subdir); subdir != "" && clean != "/" && clean != "." {
		g["subDir"] = subdir
	}
	out := BuildSource{Input: map[string]any{"git": g}}
	whole := true
	switch {
	case commit.MatchString(ref):
		g["isCommitRef"], g["checksum"], g["commitChecksum"] = true, ref, ref
		if len(ref) == 64 {
			g["isSHA256"] = true
		}
	case strings.HasPrefix(ref, "refs/tags/"):
		g["tagName"] = strings.TrimPrefix(ref, "refs/tags/")
	case strings.HasPrefix(ref, "refs/heads/"):
		g["branch"] = strings.TrimPrefix(ref, "refs/heads/")
	default:
		whole = false
	}
	if whole {
		g["ref"] = ref
	} else {
		out.Unknown = append(out.Unknown, "git.tagName", "git.branch", "git.ref")
	}
	if g["checksum"] == nil {
		out.Unknown = append(out.Unknown, "git.checksum", "git.isAnnotatedTag", "git.commitChecksum", "git.isSHA256")
	}
	out.Unknown = append(out.Unknown, "git.tag", "git.commit")
	return out, true
}

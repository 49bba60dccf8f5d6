package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// pathOf is the file that a URI names, with slashes. What is on no disk is taken for a file in the first folder, for the sake of its configuration.
func (s *server) pathOf(uri string) string {
	windows := runtime.GOOS == "windows"
	if path, ok := filePath(uri, windows); ok {
		return path
	}
	name := uri
	if u, err := url.Parse(uri); err == nil {
		name = u.Opaque + u.Path
	}
	if name = name[strings.LastIndexAny(name, `/\:`)+1:]; name == "" {
		name = "Dockerfile"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, folder := range s.folders {
		if dir, ok := filePath(folder.URI, windows); ok {
			return strings.TrimSuffix(dir, "/") + "/" + name
		}
	}
	return name
}

// filePath is the path of a file URI: on Windows, /c:/x is c:/x, and what is on another host is a share on it.
func filePath(uri string, windows bool) (path string, ok bool) {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || !strings.EqualFold(scheme, "file") {
		return "", false
	}
	host := ""
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		host, rest, _ = strings.Cut(after, "/")
		rest = "/" + rest
	}
	if decoded, err := url.PathUnescape(rest); err == nil {
		rest = decoded // else somebody has not encoded a percent sign
	}
	if windows {
		rest = strings.ReplaceAll(rest, `\`, "/")
		if len(rest) > 2 && rest[0] == '/' && rest[2] == ':' {
			rest = rest[1:]
		}
		if host != "" && !strings.EqualFold(host, "localhost") {
			rest = "//" + host + rest
		}
	}
	return rest, true
}

func fileURI(path string) string {
	if abs, err := filepath.Abs(filepath.FromSlash(path)); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if share, ok := strings.CutPrefix(path, "//"); ok {
		host, rest, _ := strings.Cut(share, "/")
		return (&url.URL{Scheme: "file", Host: host, Path: "/" + rest}).String()
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/x
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

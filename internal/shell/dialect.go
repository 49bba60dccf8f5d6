package shell

import "strings"

// Dialect names the program that reads a piece of shell text, such as "bash", "pwsh" or "python3".
// The zero Dialect is the default shell of Linux images, sh.
type Dialect string

// The shells that plimline reads.
const (
	Sh   Dialect = "sh"
	Bash Dialect = "bash"
	Ash  Dialect = "ash"
	Dash Dialect = "dash"
	Ksh  Dialect = "ksh"
	Mksh Dialect = "mksh"
	Zsh  Dialect = "zsh"
)

// Shells of Windows; their text is opaque.
const (
	Pwsh       Dialect = "pwsh"
	PowerShell Dialect = "powershell"
	Cmd        Dialect = "cmd"
)

// Readable reports whether the dialect is a shell that plimline reads.
func (d Dialect) Readable() bool {
	switch d {
	case "", Sh, Bash, Ash, Dash, Ksh, Mksh, Zsh:
		return true
	}
	return false
}

// DialectOf is the dialect of what follows the words of a SHELL instruction or of a "#!" line:
// "/bin/bash -o pipefail -c", "env -S bash -e", "busybox sh", "C:\\Windows\\System32\\cmd.exe /S /C".
// The name of a program that is no shell is returned as it is.
func DialectOf(words []string) Dialect {
	list := make([]word, len(words))
	for i, s := range words {
		list[i] = word{Word: Word{Raw: s, Value: s, Literal: true}}
	}
	u := unwrap(list)
	if u.program >= len(u.words) {
		return ""
	}
	return dialectOfName(u.name())
}

// dialectOfName is the dialect that a program of this base name reads.
func dialectOfName(name string) Dialect {
	switch name = strings.ToLower(name); name {
	case "rbash":
		return Bash
	case "ksh88", "ksh93", "oksh", "loksh", "pdksh":
		return Ksh
	case "hush":
		return Ash
	}
	return Dialect(name)
}

// isShell reports whether the base name is that of a shell that plimline reads.
func isShell(name string) bool { return name != "" && dialectOfName(name).Readable() }

// baseName is the last part of a program's path, Windows paths and ".exe" included.
func baseName(path string) string {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	if n := len(name) - len(".exe"); n > 0 && strings.EqualFold(name[n:], ".exe") {
		name = name[:n]
	}
	return name
}

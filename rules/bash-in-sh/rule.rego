# METADATA
# title: bash is written for a shell that is not bash
# description: |
#   RUN is read by /bin/sh, which is dash in Debian's and Ubuntu's images: `source` is `not found`, `[[` too, and `{1..3}` or `$RANDOM` silently mean
#   something else. Write POSIX shell, or set `SHELL ["/bin/bash", "-c"]`. Where /bin/sh is bash or busybox it is not reported.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC3046
# custom:
#   severity: warning
#   category: correctness
#   aliases: [shellcheck/SC3046, shellcheck/SC3010, shellcheck/SC3028, shellcheck/SC3044, shellcheck/SC3020, shellcheck/SC3011, shellcheck/SC2039]
#   since: 0.1.0
package plimline.rules["bash-in-sh"]

import data.plimline.lib

findings contains lib.at(place, sprintf("/bin/sh is dash here, and has no %s", [what])) if {
	some instruction in lib.shell_runs
	instruction.shell[0] == "/bin/sh"
	dash(input.stages[instruction.stage].base)
	some command in instruction.commands
	some [place, what] in bash(command)
	not inner(instruction, command)
	not own_interpreter(instruction) # looks at the whole file: last
}

bash(command) := [[command.words[0], command.name]] if {
	command.name in {"source", "pushd", "popd", "shopt", "declare", "mapfile", "readarray", "dirs", "caller"}
} else := [[redirect, redirect.op] | some redirect in command.redirects; redirect.op in {"&>", "&>>", "<<<"}] if {
	some redirect in command.redirects
	redirect.op in {"&>", "&>>", "<<<"}
} else := [[word, sprintf("$%s", [name])] |
	some word in command.words
	some name in word.vars
	name in {"RANDOM", "EUID", "BASH_SOURCE", "BASHPID", "PIPESTATUS", "FUNCNAME", "OSTYPE", "HOSTTYPE"}
]

# Images with dash: Debian, Ubuntu, and what is made from them. Without FROM a file is taken for one.
dash(base) if base.text == ""

dash(base) if {
	base.libc == "glibc"
	base.name in {
		"debian", "ubuntu", "golang", "node", "python", "ruby", "php", "rust", "buildpack-deps", "gcc", "perl", "nginx", "httpd", "redis", "postgres",
		"mariadb", "haskell", "swift", "eclipse-temurin", "maven", "gradle", "julia", "erlang", "elixir", "pypy",
	}
	not contains(object.get(base, "tag", ""), "alpine")
	not contains(object.get(base, "tag", ""), "ubi")
	not contains(object.get(base, "tag", ""), "oracle")
}

# /bin/sh is replaced.
own_interpreter(instruction) if {
	some command in lib.runs("ln")
	command.stage in input.stages[instruction.stage].chain
	some arg in command.args
	arg in {"/bin/sh", "sh"}
}

own_interpreter(instruction) if {
	some heredoc in instruction.heredocs
	startswith(heredoc.content, "#!")
}

# bash -c "source x"
inner(instruction, command) if {
	some outer in instruction.commands
	outer.name in {"bash", "zsh", "ksh", "su", "runuser", "gosu"}
	outer.span[0] <= command.span[0]
	outer.span[1] >= command.span[1]
	outer.span != command.span
}

inner(instruction, command) if {
	some outer in instruction.commands
	outer.name in {"bash", "zsh"}
	some redirect in outer.redirects
	startswith(redirect.op, "<<")
	outer.span[0] <= command.span[0]
}

# METADATA
# title: A value that BuildKit refuses
# description: |
#   The instruction is well-formed, and what stands in it is not a port, a signal, a mode, a checksum or a platform. BuildKit finds out when it comes to
#   the instruction, and stops the build there.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/
# custom:
#   severity: error
#   category: correctness
#   since: 0.1.0
package plimline.rules["refused-value"]

import data.plimline.lib

findings contains lib.at(arg, sprintf("%s is not a port; EXPOSE takes 8080, 8080/udp or 8000-8010", [arg.value])) if {
	some instruction in input.by.expose
	some arg in instruction.args
	certain(arg)
	not contains(arg.value, " ")
	not exposes(split(lower(arg.value), ":"))
}

findings contains lib.at(arg, sprintf("%s is not a signal; STOPSIGNAL takes a name such as SIGTERM, or a number", [arg.value])) if {
	some instruction in input.by.stopsignal
	some arg in instruction.args
	certain(arg)
	not regex.match(`^[+-]?0*[1-9][0-9]*$`, arg.value)
	not signal(trim_prefix(upper(arg.value), "SIG"))
}

findings contains lib.at(flag.value, sprintf("%s is not a mode; --chmod takes an octal number up to 7777, or u=rw,go=r", [flag.value.value])) if {
	some instruction in array.concat(input.by.copy, input.by.add)
	some flag in instruction.flags
	flag.name == "chmod"
	certain(flag.value)
	not regex.match(`^0*[0-7]{1,4}$`, flag.value.value)
	not regex.match(`^[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*$`, flag.value.value)
}

findings contains lib.at(flag.value, sprintf("%s is not a checksum; it is sha256: and 64 digits", [flag.value.value])) if {
	some flag, source in checksums
	regex.match(`^https?://`, source)
	not endswith(source, ".git")
	not contains(source, ".git#")
	not regex.match(`^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$`, flag.value.value)
}

findings contains lib.at(flag, sprintf("--checksum is for what comes from https:// or git, and not for %s", [source])) if {
	some flag, source in checksums
	not regex.match(`^(https?://|git://|ssh://|github\.com/)|@`, source)
}

findings contains lib.at(stage.from.platform, sprintf("%s is not a platform; it is a system and an architecture, as in linux/amd64", [stage.from.platform.value])) if {
	some stage in input.stages
	certain(stage.from.platform)
	not platform(split(lower(stage.from.platform.value), "/"))
}

findings contains lib.at(flag, "a mount cannot be at /") if {
	some instruction in input.by.run
	some flag in instruction.flags
	flag.name == "mount"
	not given(flag, {"type"}) in {"secret", "ssh"}
	given(flag, {"target", "dst", "destination"}) == "/"
}

given(flag, keys) := [field.value.value | some field in flag.fields; field.key.text in keys; certain(field.value)][0]

# What --build-arg changes may be something else.
certain(value) if {
	value.state == "known"
	not value.overridable
}

exposes([port]) if number_of(port)

exposes([host, port]) if {
	number_of(port)
	host_port(host)
}

exposes(parts) if { # an address before them, in which colons may stand, too
	count(parts) > 2
	number_of(parts[count(parts) - 1])
	host_port(parts[count(parts) - 2])
	address(parts)
}

address(parts) if count(parts) > 3

address([ip, _, _]) if regex.match(`^([0-9]+(\.[0-9]+){3})?$`, ip)

number_of(port) if {
	found := regex.find_all_string_submatch_n(`^\+?([0-9]+)(-\+?([0-9]+))?(/(tcp|udp|sctp)?)?$`, port, 1)[0]
	in_order(found[1], found[3])
}

host_port("")

host_port(port) if {
	port != ""
	not contains(port, "/")
	number_of(port)
}

in_order(_, "")

in_order(first, last) if {
	last != ""
	to_number(regex.replace(first, `^0+(\d)`, "$1")) <= to_number(regex.replace(last, `^0+(\d)`, "$1"))
}

signal(name) if regex.match(`^(RTMIN(\+([1-9]|1[0-5]))?|RTMAX(-([1-9]|1[0-4]))?)$`, name)

signal(name) if {
	name in {
		"ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT",
		"SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
	}
}

checksums[flag] := source if {
	some instruction in input.by.add
	some flag in instruction.flags
	flag.name == "checksum"
	certain(flag.value)
	count(instruction.args) == 2
	certain(instruction.args[0])
	source := instruction.args[0].value
}

platform(parts) if {
	count(parts) in {2, 3}
	regex.match(`^[\w.-]+(\([\w.-]*\))?$`, parts[0])
	every part in array.slice(parts, 1, 3) {
		regex.match(`^[\w.-]+$`, part)
	}
}

platform([name]) if regex.replace(name, `\(.*\)$`, "") in systems

platform([name]) if name in architectures

systems := {
	"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "macos", "nacl", "netbsd", "openbsd", "plan9", "solaris",
	"windows", "zos",
}

architectures := {
	"386", "aarch64", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "armel", "armhf", "i386", "loong64", "mips", "mips64", "mips64le", "mips64p32",
	"mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm", "x86-64", "x86_64",
}

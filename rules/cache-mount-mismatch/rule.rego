# METADATA
# title: A cache mount does not fit its use
# description: |
#   What `go mod download` puts into a cache mount is not in the image. A later `go build` without the same mount downloads everything
#   again, or fails where there is no network. And a mount at a path that Go does not use caches nothing: `~` is not expanded, and
#   another user's home is not /root.
# related_resources:
#   - https://docs.docker.com/build/cache/optimize/#use-cache-mounts
# custom:
#   severity: warning
#   category: performance
#   since: 0.1.0
package plimline.rules["cache-mount-mismatch"]

import data.plimline.lib

# The modules lie in a mount that the build does not have.
findings contains finding if {
	some build in input.builds
	not build.tool
	not vendored(build)
	chain := input.stages[build.stage].chain
	some download in input.commands
	download.name == "go"
	array.slice(download.args, 0, 2) == ["mod", "download"]
	download.stage in chain
	download.instruction < build.instruction
	some mount in lib.cache_mounts(input.instructions[download.instruction])
	covers_modules(mount.target)
	some first in downloads(chain)
	first == download.instruction
	not has_modules(build.instruction)
	finding := lib.fixed(
		lib.related(
			lib.at({"span": build.go}, "the modules were downloaded into a cache mount that this RUN does not have, so they are downloaded again"),
			mount.flag,
			"the mount",
		),
		"Mount it here too", [lib.insert(input.instructions[build.instruction].keyword.span[1], sprintf(" --mount=type=cache,target=%s", [mount.target]))],
	)
}

findings contains lib.at(mount.flag, message) if {
	some instruction in input.by.run
	some mount in lib.cache_mounts(instruction)
	startswith(mount.target, "~")
	message := sprintf("%s is not expanded: the mount is at a folder called ~, which nothing uses", [mount.target])
}

findings contains lib.at(mount.flag, message) if {
	some build in input.builds
	instruction := input.instructions[build.instruction]
	some mount in lib.cache_mounts(instruction)
	startswith(mount.target, "/root/")
	instruction.user.state == "known"
	not instruction.user.value in {"root", "0", "0:0", "root:root", ""}
	not told(build)
	message := sprintf("the build runs as %s, whose cache is not in /root, so nothing is kept", [instruction.user.value])
}

# All RUNs that download modules have a mount for them; else they are in the image too.
downloads(chain) := found if {
	found := {command.instruction |
		some command in input.commands
		command.name == "go"
		array.slice(command.args, 0, 2) == ["mod", "download"]
		command.stage in chain
	}
	every index in found {
		has_modules(index)
	}
}

has_modules(index) if {
	some flag in input.instructions[index].flags
	flag.name == "mount"
	some field in flag.fields
	field.key.text in {"target", "dst", "destination"}
	covers_modules(trim_suffix(field.value.value, "/"))
}

covers_modules(target) if target in {"/go/pkg/mod", "/go/pkg", "/go", "/root/go", "/root/go/pkg", "/root/go/pkg/mod"}

vendored(build) if build.evidence.vendored

vendored(build) if {
	some flag in build.flags
	flag.name == "mod"
	flag.value == "vendor"
}

# Something says where the cache is, or the home.
told(build) if {
	some text in lib.stage_texts(build.stage)
	regex.match(`GOCACHE|GOMODCACHE|GOPATH|XDG_CACHE_HOME|\bHOME\b`, text)
}

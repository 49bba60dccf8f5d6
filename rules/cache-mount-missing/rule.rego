# METADATA
# title: The build cache is thrown away
# description: |
#   Without a cache mount each change compiles the whole program and the standard library anew.
#   `RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod go build ...` keeps both caches (BuildKit).
# related_resources:
#   - https://docs.docker.com/build/cache/optimize/#use-cache-mounts
# custom:
#   severity: note
#   set: strict
#   category: performance
#   since: 0.1.0
package plimline.rules["cache-mount-missing"]

import data.plimline.lib

findings contains lib.at({"span": build.go}, "each change compiles everything anew; a cache mount at /root/.cache/go-build keeps what is compiled") if {
	some build in input.builds
	build.final != "no"
	not build.tool
	count(lib.cache_mounts(input.instructions[build.instruction])) == 0
}

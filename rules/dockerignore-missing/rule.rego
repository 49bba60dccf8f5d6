# METADATA
# title: The whole repository goes into the build
# description: |
#   `COPY . .` takes .git along: every commit, even one that changes nothing the build reads, rebuilds all layers from here on, and
#   what was ever committed is in the layer. A .dockerignore with `.git` in it leaves it out.
# related_resources:
#   - https://docs.docker.com/build/concepts/context/#dockerignore-files
# custom:
#   severity: note
#   set: strict
#   category: performance
#   since: 0.1.0
package plimline.rules["dockerignore-missing"]

import data.plimline.lib

findings contains lib.at(source, "this copies .git, so every commit rebuilds the layers from here on; name it in .dockerignore") if {
	input.context.repository
	some copy in input.copies
	copy.kind == "main"
	not copy.mount
	some source in copy.sources
	source.path == "/"
}

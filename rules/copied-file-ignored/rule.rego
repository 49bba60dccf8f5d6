# METADATA
# title: .dockerignore leaves out what is copied
# description: |
#   The build stops: `"/config": not found`, although the file is there. It is judged when the build context is at hand.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/copy-ignored-file/
# custom:
#   severity: error
#   category: correctness
#   aliases: [buildkit/CopyIgnoredFile]
#   since: 0.1.0
package plimline.rules["copied-file-ignored"]

import data.plimline.lib

findings contains lib.at(source, sprintf("%s leaves this out, so it is not found", [input.context.ignore_file])) if {
	some copy in input.copies
	copy.kind == "main"
	some source in copy.sources
	source.ignored
}

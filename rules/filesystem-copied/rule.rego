# METADATA
# title: A whole file system is copied over another
# description: |
#   `COPY --from=build / /` brings all of the other image: compilers, sources, package lists, /etc/passwd, and whatever secrets lie there.
#   Copy what the program needs.
# custom:
#   severity: warning
#   category: size
#   aliases: [hadolint/DL3067]
#   differs:
#     - >-
#       hadolint (DL3067) flags images made to be copied whole, such as `COPY --from=tonistiigi/xx / /`.
#   needs: [COPY, ADD]
#   since: 0.1.0
package plimline.rules["filesystem-copied"]

import data.plimline.lib

findings contains lib.at({"span": copy.span}, "this copies everything in the other image, its compilers and secrets too") if {
	some copy in input.copies
	not copy.mount
	copy.kind in {"stage", "image", "unknown", "context"}
	copy.from
	copy.dest.path == "/"
	some source in copy.sources
	source.path == "/"
	whole_system(copy)
	not policy_sees(copy)
}

# Images made to be copied, such as tonistiigi/xx, are nothing but files: what is not known may be one.
whole_system(copy) if not input.stages[copy.stage].base.class in {"unknown", "empty", "static"}

whole_system(copy) if not copy.image.class in {"unknown", "empty", "static"}

whole_system(copy) if copy in lib.misnamed_copies

# A system squashed into one layer is what this is for.
policy_sees(copy) if {
	input.stages[copy.into].base.class == "empty"
	count([other | some other in input.copies; other.into == copy.into]) == 1
	not input.stages[copy.stage].toolchain
}

# The policy copy-from-builder says it of Go images.
policy_sees(copy) if {
	lib.ships_go
	copy.into in lib.final_chain
}

# METADATA
# title: ENV KEY VALUE is the old form
# description: |
#   Without `=` everything behind the name is the value, `ENV A 1 B 2` too, and one instruction sets one variable. BuildKit warns, and the form is
#   deprecated. Write `ENV KEY=VALUE`.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/legacy-key-value-format/
# custom:
#   severity: note
#   category: clarity
#   aliases: [buildkit/LegacyKeyValueFormat]
#   needs: [ENV, LABEL]
#   since: 0.1.0
package plimline.rules["legacy-key-value"]

import data.plimline.lib

findings contains lib.mended(lib.at(pair, sprintf("%s without = is the old form: everything behind the name is its value", [upper(instruction.name)])), with_equals(pair)) if {
	some instruction in array.concat(array.concat(input.by.env, input.by.label), [i | some i in input.by.onbuild; i.name in {"env", "label"}])
	some pair in instruction.pairs
	pair.legacy
}

with_equals(pair) := lib.fix(sprintf("Write %s=", [pair.key.text]), [lib.edit([pair.key.span[1], pair.span[1]], sprintf("=%s", [quoted]))]) if {
	on_one_line(pair)
	quoted := quote(pair.value.text)
} else := null

# Lines are joined in the text, and not in the file.
on_one_line(pair) if pair.value.span[1] - pair.value.span[0] == count(pair.value.text)

quote(text) := text if {
	regex.match(`^[^\s"'\\]+$`, text)
} else := text if {
	regex.match(`^"[^"\\]*"$`, text)
} else := sprintf(`"%s"`, [text]) if {
	regex.match(`^[^"'\\]+$`, text)
}

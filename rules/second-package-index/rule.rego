# METADATA
# title: pip looks for packages in two indexes
# description: |
#   With `--extra-index-url` both indexes count the same, and the higher version wins. Whoever registers the name of your private package on
#   pypi.org with version 99 gets their code into the build. Use `--index-url` with an index that passes on what it does not have, or hashes.
# related_resources:
#   - https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-extra-index-url
# custom:
#   severity: warning
#   set: strict
#   category: security
#   aliases: [semgrep/dockerfile-pip-extra-index-url]
#   since: 0.1.0
package plimline.rules["second-package-index"]

import data.plimline.lib

findings contains lib.at(word, message) if {
	some install in lib.pip_installs
	not lib.has_flag(install.command, {"--require-hashes"})
	some word in install.command.words
	split(word.value, "=")[0] == "--extra-index-url"
}

findings contains lib.at(pair, message) if {
	some instruction in array.concat(input.by.env, input.by.arg)
	some pair in instruction.pairs
	pair.key.text == "PIP_EXTRA_INDEX_URL"
	pair.value.value != ""
}

message := "a package of the same name in the other index wins with a higher version"

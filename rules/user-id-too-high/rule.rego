# METADATA
# title: useradd with a high user id makes a huge layer
# description: |
#   /var/log/lastlog and faillog have a place for each number up to the highest: a user 1000000000 makes files of hundreds of gigabytes, which
#   are sparse on disk but not in a layer. Give `--no-log-init`.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#user
# custom:
#   severity: warning
#   category: size
#   aliases: [hadolint/DL3046]
#   differs:
#     - >-
#       hadolint (DL3046) does not read `--uid`.
#   needs: [useradd]
#   since: 0.1.0
package plimline.rules["user-id-too-high"]

import data.plimline.lib

findings contains lib.fixed(lib.at(word, "a user id this high makes huge log files in this layer; give --no-log-init"), "Give --no-log-init", [lib.insert(command.words[0].span[1], " --no-log-init")]) if {
	some command in lib.runs("useradd")
	not lib.has_letter(command, "l")
	not lib.has_flag(command, {"--no-log-init"})
	some i, word in command.words
	id := number(command.words, i)
	to_number(id) > 99999
}

number(words, i) := words[i].value if {
	words[i - 1].value in {"-u", "--uid"}
	regex.match(`^[0-9]+$`, words[i].value)
}

number(words, i) := found[0][1] if {
	found := regex.find_all_string_submatch_n(`^(?:--uid=|-[a-zA-Z]*u)([0-9]+)$`, words[i].value, 1)
}

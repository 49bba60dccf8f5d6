# METADATA
# title: The value of a label is not of its kind
# description: |
#   What reads the label expects an address, a date, a version: with another value it fails, or shows nonsense. Formats are text (anything but
#   nothing), url, email, rfc3339, semver, spdx, hash, or a regular expression that begins with ^. The labels of the OCI image specification
#   have theirs from the start; add your own: `policies: {label-format: {formats: {org.example.owner: "^team-[a-z]+$"}}}`.
# related_resources:
#   - https://specs.opencontainers.org/image-spec/annotations/
# custom:
#   severity: warning
#   category: operation
#   aliases: [hadolint/DL3051, hadolint/DL3052, hadolint/DL3053, hadolint/DL3054, hadolint/DL3055, hadolint/DL3056, hadolint/DL3058]
#   needs: [LABEL]
#   since: 0.1.0
package plimline.policies["label-format"]

import data.plimline.lib

findings contains lib.at(pair, sprintf("the label %s is %s", [name, why])) if {
	some instruction in input.by.label
	some pair in instruction.pairs
	pair.value.state == "known"
	name := trim(pair.key.text, `"'`)
	format := data.plimline.parameters["label-format"].formats[name]
	why := wrong(format, pair.value.value)
}

wrong(_, "") := "empty"

wrong(format, value) := sprintf("not %s: %q", [words[format], value]) if {
	value != ""
	not fits(format, value)
}

wrong(format, value) := sprintf("not of the form %s: %q", [format, value]) if {
	value != ""
	startswith(format, "^")
	regex.is_valid(format)
	not regex.match(format, value)
}

words := {
	"text": "text", "url": "an address", "email": "an e-mail address", "rfc3339": "a date as in RFC 3339 (2026-11-24T10:00:00Z)",
	"semver": "a version as in semver.org", "spdx": "an SPDX licence expression", "hash": "the hash of a commit",
}

fits("text", _) := true

fits("url", value) if regex.match(`^[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/]+\S*$`, value)

fits("email", value) if regex.match(`^[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+$`, value)

fits("rfc3339", value) if time.parse_rfc3339_ns(value)

fits("semver", value) if semver.is_valid(value)

fits("hash", value) if regex.match(`^([0-9a-f]{7,12}|[0-9a-f]{40}|[0-9a-f]{64})$`, value)

fits("spdx", value) if {
	words := [lower(trim_suffix(word, "+")) | some word in regex.split(`[\s()]+`, value); word != ""]
	every word in words {
		known(word)
	}
}

known(word) if word in {"and", "or", "with"}

known(word) if word in lib.spdx_licences

known(word) if regex.match(`^(documentref-[a-z0-9.-]+:)?licenseref-[a-z0-9.-]+$`, word)

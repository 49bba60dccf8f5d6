# METADATA
# title: Secret in ENV or ARG
# description: |
#   What ENV and ARG hold is written into the image's configuration and history. Everyone who can
#   pull the image reads it with `docker history` or `docker inspect`; deleting it in a later layer does not help.
#   Give it to the one RUN that needs it with `RUN --mount=type=secret`, or set it when the container starts.
# related_resources:
#   - https://docs.docker.com/build/building/secrets/
#   - https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
# custom:
#   severity: warning
#   category: security
#   security-severity: "7.0"
#   aliases:
#     - hadolint/DL3064
#     - buildkit/SecretsUsedInArgOrEnv
#     - trivy/DS-0031
#     - trivy/AVD-DS-0031
#     - semgrep/secret-in-build-arg
#   differs:
#     - >-
#       hadolint (DL3064) and BuildKit look at names alone: they flag GIT_KEY= without a value, AUTH, and ARGs that reach no image; values
#       such as `FOO=ghp_...` pass.
#     - >-
#       An ARG before FROM that no stage repeats is in no image.
#   needs: [ENV, ARG]
#   since: 0.1.0
package plimline.rules["secret-in-env"]

import data.plimline.lib

# A value that is written down.
findings contains lib.at(pair, message) if {
	some pair in pairs
	named_secret(pair.key.text)
	real_value(pair.value.value)
	not contains(pair.value.value, "$")
	message := sprintf("the value of %s can be read by everyone who has the image", [pair.key.text])
}

# ENV TOKEN=$TOKEN keeps what the caller gave for the build.
findings contains lib.at(pair, message) if {
	some instruction in input.by.env
	shipped(instruction)
	some pair in instruction.pairs
	named_secret(pair.key.text)
	pair.value.state == "caller"
	message := sprintf("ENV keeps the build argument's value in the image as %s", [pair.key.text])
}

# ARG TOKEN: the value given for the build stays in the history of the image.
findings contains lib.at(pair, message) if {
	some instruction in input.by.arg
	shipped(instruction)
	some pair in instruction.pairs
	named_secret(pair.key.text)
	not pair.value
	message := sprintf("the value given for %s stays in the image's history", [pair.key.text])
}

# The value itself is of a well-known form, whatever its name.
findings contains lib.at(pair, message) if {
	some pair in pairs
	not named_secret(pair.key.text)
	some form, pattern in forms
	regex.match(pattern, pair.value.value)
	message := sprintf("%s holds %s, which everyone who has the image can read", [pair.key.text, form])
}

pairs contains pair if {
	some instruction in array.concat(input.by.env, input.by.arg)
	some pair in instruction.pairs
}

# It ends up in the image that is shipped: in the final stage or one it is built FROM.
shipped(instruction) if instruction.stage in lib.final_chain

forms := {
	"a GitHub token": `^(ghp|gho|ghs|ghr|github_pat)_[A-Za-z0-9_]{22,}$`,
	"an AWS access key": `^(AKIA|ASIA)[0-9A-Z]{16}$`,
	"a private key": `-----BEGIN [A-Z ]*PRIVATE KEY-----`,
	"a Slack token": `^xox[abprs]-[0-9A-Za-z-]{10,}$`,
	"a GitLab token": `^glpat-[0-9A-Za-z_-]{20,}$`,
	"an npm token": `^npm_[A-Za-z0-9]{36}$`,
	"a Google API key": `^AIza[0-9A-Za-z_-]{35}$`,
	"a Stripe key": `^(sk|rk)_live_[0-9A-Za-z]{20,}$`,
}

# Names whose last part says secret. A bare "key" or "auth" does not: GPG_KEY is a public fingerprint
# in half of the official images, and SSH_AUTH_SOCK is a path.
named_secret(name) if {
	secret_word(name)

	# PUBLIC_KEY, TOKEN_FILE, KEY_VERSION
	not regex.match(`(?i)(^|_)(public|file|version)(_|$)`, name)
}

secret_word(name) if regex.match(
	`(?i)(^|_)(passwd|password|passphrase|pword|secret|secrets|token|apikey|credentials|(api|access|secret|private|auth|encryption|signing|master|account|app|client|service|storage|deploy|ssh)_?(key|secret|token)|secret_access_key|access_key_id)$`,
	name,
)

# Not empty, a switch, a number, a path, a placeholder or a word that names another place.
real_value(value) if {
	value != ""
	not regex.match(`(?i)^(true|false|yes|no|on|off|none|null|nil|[0-9]{1,2}|[./~].*|https?://[^@]*|<.*>|\{\{.*\}\}|x+|\*+|\.\.\.|-)$`, value)
}

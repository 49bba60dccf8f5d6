# METADATA
# title: A server's certificate is not checked
# description: |
#   Without the check, anyone on the network path, in a proxy or in the DNS, can answer in the server's place, and what they send is run or shipped.
#   In ENV it also holds for the program in the container, with everything it sends. When the certificate is one of your own, give its
#   authority to the build (`--cacert`, `NODE_EXTRA_CA_CERTS`, `update-ca-certificates`); when it is missing, install `ca-certificates`.
# custom:
#   severity: warning
#   category: security
#   security-severity: "7.0"
#   aliases: [checkov/CKV2_DOCKER_2, checkov/CKV2_DOCKER_3, checkov/CKV2_DOCKER_4, checkov/CKV2_DOCKER_5, checkov/CKV2_DOCKER_6, checkov/CKV2_DOCKER_12, checkov/CKV2_DOCKER_13, checkov/CKV2_DOCKER_14, checkov/CKV2_DOCKER_15, checkov/CKV2_DOCKER_16]
#   differs:
#     - >-
#       Checkov also flags a download that is compared with a checksum behind it, and one from the same machine.
#   since: 0.1.0
package plimline.rules["certificate-not-checked"]

import data.plimline.lib

# curl -k, wget --no-check-certificate
findings contains lib.at(word, message) if {
	some name, pattern in downloads
	some command in lib.runs(name)
	some word in command.words
	not word.quoted
	regex.match(pattern, word.value)
	not checked(command)
	not own_machine(command)
	message := sprintf("with %s, %s trusts anyone on the network path", [word.text, name])
}

downloads := {
	# Behind one dash, only letters that take no value may stand before k.
	"curl": `^(--insecure|-[#0-9aBfgGiIjJlLMnNOpqRsSvV]*k[a-zA-Z]*)$`,
	"wget": `^--no-check-certificate$`,
}

# What came is compared with a checksum or a signature.
checked(command) if {
	some other in input.instructions[command.instruction].commands
	regex.match(`^((sha(1|224|256|384|512)|b2|md5)sum|shasum|gpgv?|cosign|minisign|openssl)$`, other.name)
}

own_machine(command) if {
	some word in command.words
	regex.match(`^https?://(localhost|127\.|\[::1\])`, word.value)
}

# npm config set strict-ssl false, git config http.sslVerify false
findings contains lib.at(command, message) if {
	some name, settings in switches
	some command in lib.runs(name)
	some pattern in settings
	regex.match(pattern, concat(" ", command.args))
	message := sprintf("%s no longer checks whom it talks to", [name])
}

switches := {
	"npm": npm, "yarn": npm, "pnpm": npm,
	"git": {`(?i)\bhttp\.(\S*\.)?sslverify[= ]"?(false|0|no|off)\b`},
	"yum": yum, "dnf": yum, "yum-config-manager": yum, "microdnf": yum,
	"apt-get": apt, "apt": apt,
	"pip": pip, "pip2": pip, "pip3": pip, "python": python, "python3": python, "python2": python,
	"conda": {`(^| )config .*ssl_verify (false|no|off)\b`},
	"composer": {`(^| )config .*disable-tls true\b`},
	"bundle": {`(^| )config .*ssl_verify_mode:? 0\b`},
}

npm := {
	`(^| )(c|config|set)( .*)? "?(strict-ssl|enableStrictSsl)"?[ =]"?false\b`,
	`(^| )--(no-strict-ssl|strict-ssl[= ]false)( |$)`,
}

yum := {`(?i)--setopt[= ]"?(\S+\.)?sslverify=(0|false|no)\b`}

apt := {`(?i)Verify-(Peer|Host)[= ]"?(false|0|no)\b`}

pip := {`(^| )--trusted-host\b`, `(^| )config .*set .*trusted-host\b`}

python := {`^-m pip .*--trusted-host\b`}

# Variables: in ENV and ARG, for one command, or exported.
findings contains lib.at(pair, message) if {
	some instruction in array.concat(input.by.env, input.by.arg)
	some pair in instruction.pairs
	message := off(pair.key.text, pair.value.value)
}

findings contains lib.at(assign, message) if {
	some command in input.commands
	some assign in command.assigns
	message := off(assign.name, assign.value.value)
}

findings contains lib.at(word, message) if {
	some command in lib.runs("export")
	some word in command.words
	[name, value] := split(word.value, "=")
	message := off(name, value)
}

off(name, value) := sprintf("%s=%s: %s no longer checks whom it talks to", [name, value, program]) if {
	some program, pattern in variables
	regex.match(pattern, sprintf("%s=%s", [name, value]))
}

variables := {
	"node": `^NODE_TLS_REJECT_UNAUTHORIZED=0$`,
	"python": `^PYTHONHTTPSVERIFY=0$`,
	"git": `^GIT_SSL_NO_VERIFY=.+$`,
	"pip": `^PIP_TRUSTED_HOST=.+$`,
	"npm": `(?i)^NPM_CONFIG_STRICT_SSL=false$`,
	"yarn": `^YARN_(ENABLE_)?STRICT_SSL=(false|0)$`,
	"conda": `(?i)^CONDA_SSL_VERIFY=(false|0|no)$`,
}

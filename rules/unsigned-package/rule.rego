# METADATA
# title: Packages are installed without checking their signatures
# description: |
#   The signature says that a package comes from the distribution. Without it, a mirror, a proxy or anyone on the network path can send another
#   one, whose scripts run as root in the build. Install the key of the repository instead.
# related_resources:
#   - https://wiki.debian.org/DebianRepository/UseThirdParty
# custom:
#   severity: warning
#   category: security
#   security-severity: "7.0"
#   aliases: [checkov/CKV2_DOCKER_7, checkov/CKV2_DOCKER_8, checkov/CKV2_DOCKER_9, checkov/CKV2_DOCKER_10, checkov/CKV2_DOCKER_11]
#   differs:
#     - >-
#       Checkov also flags packages that are files of the image, which come from COPY or are compared with a checksum.
#   since: 0.1.0
package plimline.rules["unsigned-package"]

import data.plimline.lib

findings contains lib.at(word, message) if {
	some name, pattern in flags
	some command in lib.runs(name)
	some word in command.words
	regex.match(pattern, word.value)
	not reads(command)
	not trusted_files(command)
	message := sprintf("with %s, %s does not check who signed a package", [word.text, name])
}

flags := {
	"apt-get": apt, "apt": apt, "aptitude": apt,
	"apk": `^--allow-untrusted$`,
	"yum": yum, "dnf": yum, "tdnf": yum, "microdnf": yum,
	"rpm": `^--(nosignature|nodigest|nofiledigest)$`,
	"zypper": `^(--no-gpg-checks|--gpgcheck-allow-unsigned(-repo|-package)?|--no-gpgcheck|--allow-unsigned-rpm)$`,
}

apt := `(?i)^--(allow-unauthenticated|force-yes|allow-insecure-repositories)$|^(-o)?(APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories)="?(true|1|yes)`

yum := `(?i)^--(nogpgcheck|no-gpgchecks)$|^(--setopt=)?(\S+\.)?(pkg_)?gpgcheck=(0|false|no)$`

# rpm -q --nosignature installs nothing.
reads(command) if {
	command.name == "rpm"
	some arg in command.args
	regex.match(`^(-q[a-z]*|-e|-V[a-z]*|--query|--erase|--verify|--eval)$`, arg)
}

# All packages are files, which nothing here has downloaded unchecked.
trusted_files(command) if {
	found := [word | some word in lib.operands(command, object.get(lib.managers, [command.name, "valued"], set())); not verb(word.value)]
	count(found) > 0
	every word in found {
		regex.match(`^(\.{0,2}/|\$|~|\*)|\.(apk|rpm|deb)$`, word.value)
		not contains(word.value, "://")
	}
	not downloaded(command)
}

verb(word) if word in {"install", "add", "in", "localinstall", "localupdate", "update", "upgrade"}

downloaded(command) if {
	some other in input.instructions[command.instruction].commands
	other.name in {"curl", "wget"}
	not checked(command)
}

checked(command) if {
	some other in input.instructions[command.instruction].commands
	regex.match(`^((sha(1|224|256|384|512)|b2|md5)sum|shasum|gpgv?|cosign|minisign|openssl)$`, other.name)
}

# deb [trusted=yes] https://...
findings contains lib.at(word, "apt installs unsigned packages from this repository") if {
	some command in input.commands
	some word in command.words
	regex.match(`\bdeb(-src)?\s+\[[^\]]*\btrusted=yes\b[^\]]*\]\s+(https?|ftp)://`, word.value)
}

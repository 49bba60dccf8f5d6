package docker

import data.lib.names

default allow := false

allow if input.local

allow if input.image.repo in names.known

allow if startswith(input.image.fullRepo, load_json("hosts.json").own)

allow if {
	input.http.schema == "https"
	not input.http.query
}

allow if {
	input.git.host == "github.com"
	not input.git.subDir
}

allow if input.image.isCanonical

deny_msg contains sprintf("%s has the tag %s", [input.image.ref, input.image.tag]) if input.image

deny_msg contains sprintf("%s: %s %v", [input.http.url, input.http.path, object.get(input.http, "query", {})]) if input.http

deny_msg contains input.git.remote if input.git

decision := {"allow": allow, "deny_msg": deny_msg}

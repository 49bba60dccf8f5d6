package docker

default allow := false

allow if not input.http

allow if verify_http_pgp_signature(input.http, "missing.asc", "hosts.json")

decision := {"allow": allow}

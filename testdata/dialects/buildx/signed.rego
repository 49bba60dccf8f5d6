package docker

default allow := false

allow if docker_github_builder(input.image, "org/app")

allow if {
	input.image.hasProvenance
	some s in input.image.signatures
	docker_github_builder_signature(s, "org/app")
}

allow if verify_git_signature(input.git.commit, "key.asc")

allow if github_release_attestation(input.http)

allow if artifact_attestation(input.http, "hosts.json").kind == "x"

allow if pin_image(input.image, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

decision := {"allow": allow}

package docker

# Says all that is known of a source. The platform is what buildx builds for; the file alone does not say it.
image := {"image": object.remove(input.image, ["platform", "os", "arch", "variant"])} if input.image

decision := {"allow": false, "deny_msg": [json.marshal(object.union(object.remove(input, ["image"]), image))]} if input.image

decision := {"allow": false, "deny_msg": [json.marshal(input)]} if not input.image

package docker

decision := {"allow": true} if input.image.isCanonical

decision := {"allow": false} if input.git.isCommitRef

decision := {"allow": "yes"} if input.image.tag == "3.22"

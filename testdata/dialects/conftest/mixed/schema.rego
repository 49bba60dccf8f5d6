# METADATA
# title: Its METADATA is Trivy's, its document is conftest's
# schemas:
# - input: schema["dockerfile"]
package docker.schema

import rego.v1

deny contains msg if {
	input[i].Cmd == "user"
	msg := sprintf("%v", [input[i].Value])
}

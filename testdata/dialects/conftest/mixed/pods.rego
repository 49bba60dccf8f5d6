package kubernetes

import rego.v1

deny contains "for other files" if not input.metadata.labels

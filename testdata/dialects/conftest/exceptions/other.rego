package excepted.whole

import rego.v1

violation contains "never" if true

deny contains "never either" if true

exception := {"why": {""}}

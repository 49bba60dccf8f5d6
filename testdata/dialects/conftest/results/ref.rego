package main.sub["with-hyphen"]

import rego.v1

deny contains "another namespace" if input[_].Cmd == "from"

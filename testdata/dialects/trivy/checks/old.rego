package appshield.dockerfile.OWN2

__rego_metadata__ := {
	"id": "OWN2",
	"title": sprintf("Old %s", ["metadata"]),
	"severity": severity,
	"short_code": "old-form",
	"url": concat("/", ["https://example.com", "old"]),
}

severity = "medium" {
	true
}

__rego_input__ := {
	"combine": false,
	"selector": [{"type": "dockerfile"}],
}

deny[res] {
	command := input.Stages[_].Commands[_]
	command.Cmd == "run"
	words := sh.parse_commands(command.Value[0])[_]
	count(words) > 6
	res := {"msg": sprintf("%d words", [count(words)]), "startline": command.StartLine, "endline": sprintf("%d", [command.EndLine]), "filepath": command.Path}
}

deny[res] {
	command := input.Stages[_].Commands[_]
	command.Cmd == "expose"
	res := sprintf("port %s", [command.Value[0]])
}

deny[[msg, res]] {
	command := input.Stages[_].Commands[_]
	command.Cmd == "volume"
	msg := "a list"
	res := result.new("within", command)
}

deny[res] {
	input.Stages[_].Commands[_].Cmd == "stopsignal"
	res := 7
}

deny[res] {
	input.Stages[_].Commands[_].Cmd == "shell"
	res := {"endline": 3}
}

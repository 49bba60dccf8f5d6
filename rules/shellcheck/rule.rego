# METADATA
# title: What ShellCheck says of a RUN
# description: |
#   ShellCheck knows some 400 mistakes in shell scripts. Where it is installed and this rule is on (it is in the strict set, and
#   `--shellcheck=PATH` turns it on), it reads all shell text of a run's Dockerfiles at once, with SHELL, ENV and ARG known, and its findings are
#   shown at their place in the Dockerfile, under their own codes. Those can be ignored one by one: `# plimline ignore=SC2034 why`,
#   or `ignore: [SC2034]` in plimline.yaml. Codes that a rule of plimline has among its names are that rule's: `SC2086` is reported as
#   `unquoted-variable`. ShellCheck's errors and warnings are warnings, the rest are notes; `severity: {SC2015: warning}` says otherwise.
#
#   What it fails at is one notice, and plimline's own rules speak for those files.
# related_resources:
#   - https://www.shellcheck.net/wiki/
# custom:
#   severity: warning
#   set: strict
#   category: correctness
#   since: 0.1.0
package plimline.rules.shellcheck

# ShellCheck is asked by plimline itself.
findings := set()

# METADATA
# title: A suppression names no rule
# description: |
#   The comment names a rule that does not exist, or names none, so it hides nothing.
#   `plimline rules` lists the names.
# custom:
#   severity: warning
#   category: suppression
#   since: 0.1.0
package plimline.rules["invalid-ignore"]

# Comments are no part of what a rule judges, so plimline itself reports them.
findings := set()

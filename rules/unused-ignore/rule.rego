# METADATA
# title: A suppression hides nothing
# description: |
#   The comment names a rule that finds nothing at its place. It is left over, or stands in the wrong place; either
#   way it would hide the next real finding there.
# custom:
#   severity: warning
#   category: suppression
#   since: 0.1.0
#   every-build: true
package plimline.rules["unused-ignore"]

# What a suppression hides is known only when all rules have spoken, so plimline itself reports it.
findings := set()

# METADATA
# title: A rule could not judge the file
# description: |
#   The rule stopped with an error, ran out of time or memory, or returned something that is not a finding. The other rules
#   have judged the file; what this one would have found is not known.
# custom:
#   severity: error
#   category: input
#   since: 0.1.0
package plimline.rules["faulty-rule"]

# Only plimline sees a rule fail, so plimline itself reports it.
findings := set()

# Findings and fixes
package plimline.lib

# A finding at a node of the document. What has no span is not a node of the document: the finding is refused, and the author told.
at(node, message) := {"span": span, "message": message} if {
	span := node.span
} else := {"no node": node, "message": message}

# Something that cannot be decided, which is reported on request.
unknown(node, message) := object.union(at(node, message), {"unknown": true})

# A finding with another place that has to do with it.
related(finding, node, message) := object.union(finding, {"related": [{"span": node.span, "message": message}]})

# A finding with a fix that cannot change what the image does, but for what the finding is about.
fixed(finding, title, edits) := object.union(finding, {"fix": {"title": title, "safe": true, "edits": edits}})

# A finding with a fix that may change what the image does; the title says how.
risky(finding, title, edits) := object.union(finding, {"fix": {"title": title, "safe": false, "edits": edits}})

# An edit that puts a text in the place of what stands there.
edit(span, text) := {"span": span, "text": text}

# An edit that puts a text in front of what stands at an offset.
insert(offset, text) := {"span": [offset, offset], "text": text}

# A safe fix by itself, for lib.mended.
fix(title, edits) := {"title": title, "safe": true, "edits": edits}

# A fix by itself that may change what the image does.
risky_fix(title, edits) := {"title": title, "safe": false, "edits": edits}

# A finding with a fix, or without when that is null.
mended(finding, fix) := object.union(finding, {"fix": fix}) if fix != null

mended(finding, null) := finding

# A message with a reason behind it, when there is one.
with_reason(message, reason) := sprintf("%s: %s", [message, reason]) if reason != ""

with_reason(message, "") := message

# A number, written out, is one of the items or lies in one that is a range: 8080, 1024-65535.
in_ranges(number, items) if {
	some item in items
	[low, high] := bounds(sprintf("%v", [item]))
	low <= to_number(number)
	to_number(number) <= high
}

# The ends of a range, or of a number alone.
bounds(text) := [to_number(part) | some part in array.concat(parts, parts)] if {
	regex.match(`^[0-9]+$`, text)
	parts := [text]
} else := [to_number(part) | some part in split(text, "-")] if regex.match("^[0-9]+-[0-9]+$", text)

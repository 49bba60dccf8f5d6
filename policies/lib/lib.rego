package plimline.lib

# A finding at a node of the document. What has no span is no node of the document: the finding is refused, and the author told.
at(node, message) := {"span": span, "message": message} if {
	span := node.span
} else := {"no node": node, "message": message}

# Something that cannot be decided, which is reported on request.
unknown(node, message) := object.union(at(node, message), {"unknown": true})

related(finding, node, message) := object.union(finding, {"related": [{"span": node.span, "message": message}]})

# A finding with a fix that cannot change what the image does, but for what the finding is about.
fixed(finding, title, edits) := object.union(finding, {"fix": {"title": title, "safe": true, "edits": edits}})

# A finding with a fix that may change what the image does; the title says how.
risky(finding, title, edits) := object.union(finding, {"fix": {"title": title, "safe": false, "edits": edits}})

edit(span, text) := {"span": span, "text": text}

insert(offset, text) := {"span": [offset, offset], "text": text}

fix(title, edits) := {"title": title, "safe": true, "edits": edits}

risky_fix(title, edits) := {"title": title, "safe": false, "edits": edits}

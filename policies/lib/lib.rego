package plimline.lib

at(node, message) := {"span": node.span, "message": message}

unknown(node, message) := {"span": node.span, "message": message, "unknown": true}

related(finding, node, message) := object.union(finding, {"related": [{"span": node.span, "message": message}]})

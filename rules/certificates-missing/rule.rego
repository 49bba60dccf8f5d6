# METADATA
# title: The program speaks TLS, and the image has no CA certificates
# description: |
#   Without a list of certificate authorities every connection fails: `x509: certificate signed by unknown authority`.
#   Copy the builder's (`COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/`), or use an image that has them, such
#   as distroless static. It is reported when the sources show a request to an https address.
# custom:
#   severity: warning
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["certificates-missing"]

import data.plimline.lib

findings contains finding if {
	lib.final.base.certificates == "no"
	some build in lib.shipped_builds
	client := build.evidence.client
	not build.evidence.roots
	not lib.copied_to_final(`^/$|^/etc/?$|^/etc/(ssl|pki|ca-certificates)|cert|\.(pem|crt)$`)
	not lib.run_in_final(`ca-certificates|ca-bundle`)
	not lib.final_env.SSL_CERT_FILE
	not lib.final_env.SSL_CERT_DIR
	finding := lib.related(
		lib.at(lib.final.from, sprintf("%s (%s) needs CA certificates, which %s lacks, so TLS connections fail", [client.path, client.file, lib.final.base.text])),
		{"span": build.go},
		"the program",
	)
}

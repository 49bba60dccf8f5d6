FROM golang:1.26-bookworm
RUN CGO_ENABLED=0 go install golang.org/x/vuln/cmd/govulncheck@latest
USER 65532:65532

FROM alpine:3.22
RUN <<'EOT'
env
EOT
USER 65532:65532
CMD ["date"]

FROM alpine:3.22
CMD ["cal"]
COPY <<EOF /a.txt
hello
EOF
USER 65532:65532
CMD ["date"]

from alpine:3.22
COPY a /b
copy a /c
user 65532:65532
cmd ["date"]

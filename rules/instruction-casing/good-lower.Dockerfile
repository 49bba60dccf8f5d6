from alpine:3.22
copy a /b
user 65532:65532
cmd ["date"]

# All the ways to say it.
FROM golang:1.26-bookworm AS base
WORKDIR /src
COPY . .

FROM base AS with-prefix
RUN CGO_ENABLED=0 GOOS=linux go build -o /out/one ./cmd/one

FROM base AS with-export
RUN export CGO_ENABLED=0 && go build -o /out/two ./cmd/two

FROM base AS with-argument
ARG CGO_ENABLED=0
RUN go build -o /out/three ./cmd/three

FROM base AS with-env
ENV CGO_ENABLED=0

FROM with-env AS inherited
RUN ["go", "build", "-o", "/out/four", "./cmd/four"]
RUN <<EOF
set -e
go build -o /out/five ./cmd/five
EOF

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=with-prefix /out/one /one
COPY --from=with-export /out/two /two
COPY --from=with-argument /out/three /three
COPY --from=inherited /out/four /out/five /
ENTRYPOINT ["/one"]

# The final stage is for the machine that builds, too, by way of another one: it checks sources and is not shipped.
FROM --platform=$BUILDPLATFORM alpine:3.22 AS tools
WORKDIR /src

FROM --platform=$BUILDPLATFORM golang:1.26 AS linter
WORKDIR /linter
COPY . .
RUN CGO_ENABLED=0 go build -o /out/linter ./cmd/linter

FROM tools
COPY --from=linter /out/linter /usr/bin/linter
USER 65532:65532
CMD ["linter"]

# The builder may be root; the base of the final stage is not.
FROM debian:bookworm-slim AS files
RUN echo hello > /hello

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=files /hello /hello
COPY server /server
ENTRYPOINT ["/server"]

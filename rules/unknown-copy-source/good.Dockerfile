FROM debian:bookworm-slim AS files
RUN echo one > /one

FROM alpine:3.20
COPY --from=FILES /one /one
COPY --from=files /one /two
COPY --from=nginx:1.27.3 /etc/nginx/nginx.conf /nginx.conf
COPY --from=busybox /bin/busybox /busybox
USER 65532:65532
CMD ["cat", "/one", "/two"]

FROM alpine:3.22 AS größe
RUN touch /a

FROM alpine:3.22
COPY --from=grösse /a /
USER 1000

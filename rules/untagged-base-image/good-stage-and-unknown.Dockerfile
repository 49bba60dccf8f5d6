# Neither a stage, nor scratch, nor an image the caller decides has a tag to ask for.
ARG BASE
FROM scratch AS files
COPY config.toml /

FROM $BASE AS base

FROM base
COPY --from=files /config.toml /etc/
USER 65532:65532
CMD ["server"]

# hadolint ignore=DL3006
FROM debian
USER 65532:65532
CMD ["date"]

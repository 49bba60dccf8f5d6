# Base image
FROM debian:13-slim AS base
USER 65532:65532
CMD ["date"]

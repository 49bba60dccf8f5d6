FROM https://ghcr.io/org/app:1.2
USER 1000

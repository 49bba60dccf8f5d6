FROM debian:13-slim
RUN sh -c "$(curl -fsSL https://example.org/install.sh)"
RUN eval "`wget -qO- https://example.org/install.sh`"
SHELL ["/bin/bash", "-c"]
RUN bash <(curl -fsSL https://example.org/install.sh) --yes
USER 65532:65532
CMD ["date"]

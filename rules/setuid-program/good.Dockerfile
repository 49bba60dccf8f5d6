FROM debian:13-slim
COPY --chmod=755 tool /usr/bin/tool
RUN chmod u-s /usr/bin/passwd && mkdir /shared && chmod 2775 /shared && chmod g+s /shared
USER 65532:65532
CMD ["date"]

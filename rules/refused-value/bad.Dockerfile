FROM --platform=x64 debian:13-slim
COPY --chmod=855 run.sh /usr/local/bin/
COPY --chmod=x run.sh /usr/local/bin/run
ADD --checksum=sha256:123abc https://example.com/tool /usr/local/bin/
ADD --checksum=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 tool.tar /opt/
RUN --mount=type=bind,target=/ true
EXPOSE http 53/dns 9000-8000
STOPSIGNAL SIGSTOPP
USER 65532:65532
CMD ["run.sh"]

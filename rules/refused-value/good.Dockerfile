ARG PORT=http
FROM --platform=$BUILDPLATFORM debian:13-slim
ARG PORT
COPY --chmod=0755 run.sh /usr/local/bin/
COPY --chmod=u=rwX,go=rX conf /etc/run/
ADD --checksum=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 https://example.com/tool /usr/local/bin/
RUN --mount=type=bind,target=/src true
EXPOSE 8080 53/UDP 8000-8010 $PORT
STOPSIGNAL SIGRTMIN+3
USER 65532:65532
CMD ["run.sh"]

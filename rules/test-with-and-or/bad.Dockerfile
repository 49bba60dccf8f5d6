FROM debian:13-slim
RUN [ -e /a -a -e /b ] && date
USER 65532:65532
CMD ["date"]

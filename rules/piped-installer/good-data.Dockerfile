FROM debian:13-slim
RUN sh /make.sh "$(curl -fsSL https://example.org/version)"
RUN curl -fsSL https://example.org/names.txt | sort > /names.txt && sh /make.sh
USER 65532:65532
CMD ["date"]

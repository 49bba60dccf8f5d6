FROM debian:13-slim
RUN curl -fsSL -o /tool http://example.org/tool \
    && echo "24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d  /tool" > /sums \
    && sha256sum -c /sums
USER 65532:65532
CMD ["date"]

FROM alpine:3.22
RUN echo "$PATH"
ENV PATH=$PATH:/opt/bin
USER 65532:65532
CMD ["date"]

FROM debian:13-slim AS build
RUN date > /date

FROM debian:13-slim
COPY --from=build /date /date
USER 65532:65532
CMD ["date"]

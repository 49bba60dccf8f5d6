FROM golang:1.27 AS build
ARG TOKEN
RUN git config --global url."https://x:${TOKEN}@git.example.com/".insteadOf "https://git.example.com/"
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /out/app .

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]

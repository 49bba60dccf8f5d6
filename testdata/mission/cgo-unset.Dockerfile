FROM golang:1.18-alpine AS builder
WORKDIR /app
COPY . .
RUN GOOS=linux go build -o app .

FROM alpine:latest
WORKDIR /root/
COPY --from=builder /app/app .
CMD ["./app"]

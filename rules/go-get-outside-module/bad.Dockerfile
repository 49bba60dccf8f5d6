FROM golang:1.27
RUN go get example.com/tool
CMD ["tool"]

FROM scratch
COPY data /data

FROM debian:13-slim
RUN ln -sf /bin/bash /bin/sh
USER 65532:65532
CMD ["date"]

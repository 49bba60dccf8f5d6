FROM alpine:3.22
ENV PUBLIC_KEY=abc
ARG public_token
ENV TOKEN_FILE=/run/secrets/token
# check=skip=SecretsUsedInArgOrEnv // for the test server alone
ENV password=bar
USER 65532:65532
CMD ["date"]

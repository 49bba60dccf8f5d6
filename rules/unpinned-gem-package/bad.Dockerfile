FROM ruby:3.4-slim
RUN gem install --no-document bundler
USER 65532:65532
CMD ["date"]

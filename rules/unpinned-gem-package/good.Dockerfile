FROM ruby:3.4-slim
RUN gem install --no-document bundler:2.7.2
USER 65532:65532
CMD ["date"]

FROM fedora:43
RUN rpm -qa --nosignature --nodigest > /packages
USER 65532:65532
CMD ["date"]

FROM fedora:43
RUN echo correcthorse | passwd --stdin root
RUN chpasswd <<EOF
person:correcthorse
EOF
RUN useradd --password=aBcDeFgHiJkLm other
RUN useradd -m -p 'aBcDeFgHiJkLm' person
RUN passwd -d root
USER 65532:65532
CMD ["date"]

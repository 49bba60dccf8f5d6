# trivy:ignore:OWN-0001
FROM Alpine:3.22 AS a
ARG A # trivy:ignore:OWN-0006
ARG B
# why
#trivy:ignore:own-*
WORKDIR /x
# trivy:ignore:DS002 trivy:ignore:*
WORKDIR /y

# trivy:ignore:docker-name-in-capitals

FROM Alpine AS b
# trivy:ignore:OWN2:exp:2099-01-01
# trivy:ignore:docker-name-in-capitals
FROM Debian AS c
# trivy:ignore:OWN2:exp:2020-01-01
RUN echo 1 2 3 4 5 6 7
# trivy:ignore:dockerfile-general-old-form
RUN echo 1 2 3 4 5 6 7
# trivy:ignore:old-form[x=1]
RUN echo 1 2 3 \
  # trivy:ignore:OWN2
  4 5 6 7
# trivy:ignore:OWN2
# another comment
RUN echo 1 2 3 4 5 6 7
  RUN echo 1 2 3 4 5 6 7 # tfsec:ignore:OWN2
RUN echo 1 2 3 4 5 6 7 8
VOLUME /data
EXPOSE 80
STOPSIGNAL 9
SHELL ["sh"]
HEALTHCHECK NONE
# trivy:ignore:special-general-plain
ONBUILD RUN echo 1 2 3 4 5 6 7

FROM Alpine:3.22 AS base
USER 1000

FROM Example/Tools:V1
COPY --from=base /etc/os-release /
USER 1000

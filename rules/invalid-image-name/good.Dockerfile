# Stage names and registries may have capitals, tags too.
FROM golang:1.26 AS Build
FROM Build AS test
FROM Registry.example.com:5000/team/app:RC1
USER 1000

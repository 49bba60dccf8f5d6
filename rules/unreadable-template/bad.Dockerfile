FROM {{ .Base }}
{{ if .Tini }}
RUN apk add --no-cache tini
{{ end }}
CMD ["server"]

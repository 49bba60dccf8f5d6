# plimline ignore=untagged-base-image a script puts the name here
FROM BASE_IMAGE
USER 1000

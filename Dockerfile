# Four images out of a clean clone, none of which runs as root: `cohort` (control plane, demo server, fleet and every
# other command), `proxy` (Envoy), `etcd` and `prometheus`. docker-compose.yml builds and runs them.
ARG NODE_IMAGE=docker.io/library/node:22.20.0-bookworm-slim
ARG DEBIAN_IMAGE=docker.io/library/debian:12.12-slim
ARG ENVOY_IMAGE=docker.io/envoyproxy/envoy:v1.40.0
ARG ETCD_IMAGE=quay.io/coreos/etcd:v3.6.16
ARG PROMETHEUS_IMAGE=docker.io/prom/prometheus:v2.42.0

FROM ${ENVOY_IMAGE} AS envoy-release
FROM ${ETCD_IMAGE} AS etcd-release
FROM ${PROMETHEUS_IMAGE} AS prometheus-release

FROM ${NODE_IMAGE} AS packages
WORKDIR /cohort
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

FROM packages AS filters
COPY protocol-filters protocol-filters
RUN npm run build:filters

FROM packages AS packages-to-run
RUN npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE} AS cohort
# Volumes that are mounted here are given to this user when they are new.
RUN useradd --system --uid 10001 --user-group --no-create-home cohort \
  && cd / \
  && mkdir -p admin certificates/proxy-1 certificates/proxy-2 \
    certificates/control-plane-1 certificates/control-plane-2 certificates/control-plane-3 \
  && chown -R cohort:cohort admin certificates \
  && ln -s /cohort/bin/cohort.mjs /usr/local/bin/cohort
WORKDIR /cohort
COPY --from=packages-to-run /cohort/node_modules node_modules
COPY --from=filters /cohort/build/filters build/filters
COPY . .
RUN ln -s /cohort/scripts/compose-healthy.sh /usr/local/bin/healthy && node scripts/bundle/main.mjs
# Look-ups of names that nobody answers must not hold up all others: half of these threads may be at it. Nor may they hold up
# an orderly end for long: a process ends when its look-ups have, each of which would take ten seconds for every name server
# and domain.
ENV NODE_ENV=production UV_THREADPOOL_SIZE=16 RES_OPTIONS='timeout:1 attempts:2'
USER cohort
ENTRYPOINT ["cohort"]

FROM ${DEBIAN_IMAGE} AS base
RUN useradd --system --uid 10001 --user-group --no-create-home cohort
COPY scripts/compose-healthy.sh /usr/local/bin/healthy

FROM base AS proxy
RUN cd / \
  && mkdir -p certificates/proxy-1 certificates/proxy-2 \
  && chown -R cohort:cohort certificates
COPY --from=envoy-release /usr/local/bin/envoy /usr/local/bin/envoy
USER cohort
ENTRYPOINT ["envoy"]

FROM base AS etcd
RUN mkdir -p -m 700 /var/lib/etcd && chown cohort:cohort /var/lib/etcd
COPY --from=etcd-release /usr/local/bin/etcd /usr/local/bin/etcd
USER cohort
ENTRYPOINT ["etcd"]

FROM base AS prometheus
RUN mkdir -p -m 700 /var/lib/prometheus /admin && chown cohort:cohort /var/lib/prometheus /admin
COPY --from=prometheus-release /bin/prometheus /usr/local/bin/prometheus
COPY deploy/prometheus /etc/prometheus
USER cohort
ENTRYPOINT ["prometheus"]

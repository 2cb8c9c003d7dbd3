# One image for each service, chosen by a build argument: docker build --build-arg SERVICE=store .

FROM node:24-bookworm-slim AS build
WORKDIR /khabar
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
ARG SERVICE
RUN SERVICE=$SERVICE npx rolldown -c

# What runs needs neither the build's tools nor the Node and Postgres that npm brings to other machines.
FROM node:24-bookworm-slim AS packages
WORKDIR /khabar
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:24-bookworm-slim
ARG SERVICE
# Without the last four (apps/standalone/src/service-memory.ts), 150 MB of a service's memory under load are garbage and what the allocator
# keeps; NODE_OPTIONS given to a container replace the first of them.
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 NODE_OPTIONS=--max-semi-space-size=8 \
  MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_ARENA_MAX=1
WORKDIR /khabar
COPY package.json ./
COPY --from=packages /khabar/node_modules ./node_modules
COPY --from=build /khabar/dist/$SERVICE ./dist
# A volume that is mounted here takes over whose it is: the fetcher's RAW_ARCHIVE.
RUN mkdir raw-archive && chown node:node raw-archive
USER node
CMD ["node", "--disable-warning=TimeoutNegativeWarning", "dist/main.js"]

// ServiceX's sidecar and a science container in one image, made of a checkout as its Dockerfile
// does, with what watch.sh needs.
import { execFile } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { sidecarPackages } from "../../servicex/real-sidecar.ts";
import { buildOther } from "./build-image.ts";

export const servicexImage = "localhost/servicex:test";

const dockerfile = `
RUN apt-get update -qq \\
  && apt-get install -y -qq --no-install-recommends jq netcat-openbsd python3 python3-venv
RUN python3 -m venv /opt/python \\
  && PIP_CERT=/etc/ssl/certs/ca-certificates.crt /opt/python/bin/pip install --quiet \\
    ${sidecarPackages.join(" ")}
WORKDIR /servicex
COPY scripts/ ./scripts/
COPY src/ ./
ENV PATH=/opt/python/bin:/usr/bin:/bin PYTHONPATH=/servicex PYTHONUNBUFFERED=1
USER 1000:1000
`;

/** `sidecar`: its folder in the checkout. `up`: what CLUSTER_UP names; its node gets the image. */
export async function loadServicexImage(sidecar: string, up: string): Promise<void> {
  await buildOther(servicexImage, dockerfile, sidecar);
  await promisify(execFile)(join(dirname(resolve(up)), "load-image"), [servicexImage]);
}

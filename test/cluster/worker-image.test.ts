// The variant of the image for workers, built here: with a KUBECONFIG there may be no Buildah.
import { expect, test } from "vitest";
import { buildWorkerImage } from "./support/build-image.ts";

const { CLUSTER_UP, KUBECONFIG } = process.env;

test.skipIf(!CLUSTER_UP || KUBECONFIG)(
  "the image for workers has cdo and nco, and is not root",
  async () => {
    const say = await buildWorkerImage();
    expect(await say("id", "-u")).toBe("1000\n");
    expect(await say("cdo", "--version")).toMatch(/Climate Data Operators version \d/);
    expect(await say("ncks", "--version")).toMatch(/NCO netCDF Operators version/);
    expect(await say("/longshore/boot.sh", "longshore", "worker", "--help")).toContain("--reports");
  },
);

// The variant of the image for workers, built here, where there is what builds images.
import { expect, test } from "vitest";
import { buildWorkerImage } from "./support/build-image.ts";

test.skipIf(!process.env.CLUSTER_UP)(
  "the image for workers has cdo and nco, and is not root",
  async () => {
    const say = await buildWorkerImage();
    expect(await say("id", "-u")).toBe("1000\n");
    expect(await say("cdo", "--version")).toMatch(/Climate Data Operators version \d/);
    expect(await say("ncks", "--version")).toMatch(/NCO netCDF Operators version/);
    expect(await say("/longshore/boot.sh", "longshore", "worker", "--help")).toContain("--reports");
  },
  // Debian's packages with all that they need are 700 MB.
  900_000,
);

// Images of transformers, looked for in a registry on loopback.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  isAllowedImage,
  readImageName,
} from "../../src/operations/transform/outside/image-name.ts";
import { makeKnownImages } from "../../src/operations/transform/outside/known-images.ts";
import { lookForImage } from "../../src/operations/transform/outside/registry.ts";
import { type Registry, startRegistry } from "../support/registry.ts";

const digest = `sha256:${"ab".repeat(32)}`;

test.each([
  ["ubuntu", "registry-1.docker.io", "library/ubuntu", "latest", "docker.io/ubuntu"],
  [
    "sslhep/science:v1",
    "registry-1.docker.io",
    "sslhep/science",
    "v1",
    "docker.io/sslhep/science:v1",
  ],
  ["index.docker.io/a/b:1", "registry-1.docker.io", "a/b", "1", "docker.io/a/b:1"],
  ["ghcr.io/x/y/z:2.0", "ghcr.io", "x/y/z", "2.0", "ghcr.io/x/y/z:2.0"],
  ["localhost:5001/a:1", "localhost:5001", "a", "1", "localhost:5001/a:1"],
  [
    `gitlab.cern.ch:4567/a/b@${digest}`,
    "gitlab.cern.ch:4567",
    "a/b",
    digest,
    `gitlab.cern.ch:4567/a/b@${digest}`,
  ],
])("%s is in %s as %s", (image, registry, repository, reference, whole) => {
  expect(readImageName(image)).toEqual({ registry, repository, reference, whole });
});

test.each([
  "",
  "a//b:1",
  "Upper/case:1",
  "a/b:",
  "a/b:x y",
  "a/b@sha256:12",
  "a/../b:1",
  "user@host/a:1",
  "http://a.b/c",
  "a.b/c?x=1",
  "x".repeat(256),
])("%j is the name of no image", (image) => {
  expect(readImageName(image)).toBeUndefined();
});

test("prefixes are those of the name as it is written, or with Docker's registry", () => {
  expect(isAllowedImage("sslhep/a:1", ["sslhep/"])).toBe(true);
  expect(isAllowedImage("sslhep/a:1", ["docker.io/sslhep/"])).toBe(true);
  expect(isAllowedImage("sslhep.evil/a:1", ["sslhep/"])).toBe(false);
  expect(isAllowedImage("evil.org/sslhep/a:1", ["sslhep/", "docker.io/sslhep/"])).toBe(false);
  expect(isAllowedImage("a:1", [])).toBe(false);
});

describe("a registry", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry(["a/b:1"]);
  });
  afterEach(() => {
    registry.always(undefined);
    registry.calls.length = 0;
  });
  afterAll(() => registry.close());

  const named = (image: string) => readImageName(`${registry.host}/${image}`);
  const look = async (image: string) => {
    const name = named(image);
    if (!name) throw new Error(image);
    return lookForImage(name);
  };

  test("says by a token that anyone gets what it has", async () => {
    expect(await look("a/b:1")).toBe("there");
    expect(await look("a/b:2")).toBe("missing");
    const [first] = registry.calls;
    expect(first).toMatchObject({ method: "HEAD", path: "/v2/a/b/manifests/1" });
    expect(first?.headers.accept).toMatch(/oci.image.index.*docker.distribution.manifest.v2/);
  });

  test("defect 52: that limits, fails, hangs up or wants a password says nothing of the image", async () => {
    const limited = { status: 429, headers: { "retry-after": "300" } };
    registry.always(limited);
    expect(await look("a/b:1")).toEqual({
      unknown: "its registry answered 429",
      afterSeconds: 300,
    });
    registry.always({ status: 500 });
    expect(await look("a/b:1")).toEqual({ unknown: "its registry answered 500" });
    registry.always({ status: 401, headers: { "www-authenticate": 'Basic realm="x"' } });
    expect(await look("a/b:1")).toEqual({ unknown: "its registry answered 401" });
    registry.always("drop");
    expect(await look("a/b:1")).toMatchObject({
      unknown: expect.stringMatching(/did not answer \((UND_ERR|ECONN)/),
    });
    registry.always({ status: 200, body: "not JSON" });
    expect(await look("a/b:1")).toBe("there");
  });

  test("leads nobody to another host of this network for its token", async () => {
    const realm = 'Bearer realm="http://169.254.169.254/latest/meta-data",service="x"';
    registry.always({ status: 401, headers: { "www-authenticate": realm } });
    expect(await look("a/b:1")).toEqual({
      unknown: "its registry names a place for tokens without TLS",
    });
    expect(registry.calls).toHaveLength(1);
  });

  test("is asked once for what many want, and again when the answer is old", async () => {
    let seconds = 0;
    const known = makeKnownImages(lookForImage, () => seconds);
    const image = `${registry.host}/a/b:1`;
    expect(await Promise.all([known(image), known(image), known(image)])).toEqual([
      "there",
      "there",
      "there",
    ]);
    expect(registry.calls).toHaveLength(3);
    seconds = 3599;
    expect(await known(image)).toBe("there");
    expect(registry.calls).toHaveLength(3);
    registry.always({ status: 429, headers: { "retry-after": "300" } });
    seconds = 3601;
    expect(await known(image)).toMatchObject({ unknown: expect.any(String) });
    const asked = registry.calls.length;
    seconds += 299;
    await known(image);
    expect(registry.calls).toHaveLength(asked);
    registry.always(undefined);
    seconds += 2;
    expect(await known(image)).toBe("there");
    expect(await known("no such:name:1")).toBe("missing");
  });
});

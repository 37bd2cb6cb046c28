// Steps of code generators of others, as they are checked at submit.
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { transform } from "../../src/operations/transform/index.ts";
import { type CodeGenerator, startCodeGenerator } from "../support/code-generator.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { testTaskContext } from "./task-context.ts";

let registry: Registry;
let generator: CodeGenerator;
const folder = temporaryFolder("outside-step");
beforeAll(async () => {
  registry = await startRegistry(["sslhep/science:1", "sslhep/science:2"]);
  generator = await startCodeGenerator((selection) => ({
    image: `${registry.host}/${selection}`,
  }));
});
afterEach(() => {
  registry.always(undefined);
  generator.calls.length = 0;
});
afterAll(async () => {
  await registry.close();
  await generator.close();
});

function at(env: Record<string, string> = {}) {
  const urls = JSON.stringify({ uproot: generator.origin, xaod: "http://127.0.0.1:1" });
  const { facility } = readConfig({ CODE_GEN_SERVICE_URLS: urls, ...env }, [transform]);
  return {
    owner: "ada",
    inputFolders: { roots: [], closed: [] },
    scratch: join(folder, "checks"),
    facility: facility.transform ?? {},
  };
}
const step = (more: Record<string, unknown> = {}) =>
  transform.settings.parse({ generator: "uproot", selection: "sslhep/science:1", ...more });

test("a step becomes the workload that its generator makes, asked once", async () => {
  const settings = step({ format: "root-file", destination: "volume" });
  expect(await transform.check?.(settings, at())).toBeUndefined();
  expect(await transform.workload?.(settings, at())).toEqual({
    image: `${registry.host}/sslhep/science:1`,
    language: "python",
    command: "/generated/transform_single_file.py",
    format: "root-file",
    destination: "volume",
    files: expect.objectContaining({ "generated_transformer.py": expect.any(String) }),
  });
  expect(generator.selections()).toEqual(["sslhep/science:1"]);
  expect(await transform.workload?.(step(), at())).toMatchObject({ destination: "object-store" });
});

test("a step in SQL has none, and asks nobody", async () => {
  const sql = transform.settings.parse({ selection: "select 1 as x" });
  expect(await transform.workload?.(sql, at())).toBeUndefined();
  expect(generator.calls).toEqual([]);
  expect(transform.opensFiles?.(sql)).toBe(true);
  expect(transform.opensFiles?.(step())).toBe(false);
});

test("a dry run of such a step says why there is none", async () => {
  const looked = { settings: step(), replicas: ["/a.root"], owner: "ada", rows: 10 };
  expect(await transform.preview?.(looked, testTaskContext(folder))).toMatchObject({
    status: "failure",
    error: { message: expect.stringContaining("dry runs are for sql alone") },
  });
});

test("a generator that is not here is refused with those that are", async () => {
  await expect(transform.check?.(step({ generator: "python" }), at())).rejects.toMatchObject({
    status: 422,
    message: 'There is no generator "python" here; offered: sql, uproot, xaod.',
    errors: [{ pointer: "/generator" }],
  });
});

test.each([
  [{ format: "csv" }, "format", "be one of parquet, root-file, root-rntuple, arrow"],
  [{ decimals: "double" }, "decimals", "be left out for the generator uproot"],
  [{ read: { header: true } }, "read", "be left out for the generator uproot"],
  [{ generator: "sql", format: "arrow" }, "format", "be one of parquet, csv, json"],
  [{ generator: "sql", image: "a/b:1" }, "image", "be left out for the generator sql"],
  [{ generator: "sql", destination: "volume" }, "destination", "be object-store"],
  [{ generator: "../x" }, "generator", "be the name of a generator"],
  [{ image: "a b" }, "image", "be the name of an image"],
])("settings that do not belong together are refused: %j", (more, key, words) => {
  const { error } = transform.settings.safeParse({
    generator: "uproot",
    selection: "x",
    ...more,
  });
  expect(error?.issues).toMatchObject([{ path: [key], message: expect.stringContaining(words) }]);
});

describe("the image of a transformer", () => {
  const image = () => `${registry.host}/sslhep/science:2`;
  const allowed = () => ({ ALLOWED_IMAGE_PREFIXES: `${registry.host}/sslhep/` });

  test("defect 30: is chosen by a request where the facility allows such images alone", async () => {
    await expect(transform.check?.(step({ image: image() }), at())).rejects.toMatchObject({
      status: 422,
      code: "image_refused",
      errors: [{ pointer: "/image" }],
    });
    const evil = step({ image: "docker.io/evil/miner:1" });
    await expect(transform.check?.(evil, at(allowed()))).rejects.toMatchObject({
      code: "image_refused",
      message: expect.stringContaining(`begin with ${registry.host}/sslhep/`),
    });
    const settings = step({ image: image() });
    expect(await transform.check?.(settings, at(allowed()))).toBeUndefined();
    expect(await transform.workload?.(settings, at(allowed()))).toMatchObject({ image: image() });
  });

  test("of a generator is held to the facility's list, too", async () => {
    const other = { ALLOWED_IMAGE_PREFIXES: '["docker.io/other/"]' };
    await expect(transform.workload?.(step(), at(other))).rejects.toMatchObject({
      code: "image_refused",
    });
  });

  test("that its registry does not have is refused by name", async () => {
    const missing = step({ selection: "sslhep/missing:1" });
    await expect(transform.workload?.(missing, at())).rejects.toMatchObject({
      status: 422,
      code: "no_such_image",
      message: expect.stringMatching(/docker image doesn't exist: .*missing:1$/),
    });
  });

  test("defect 52: is accepted where its registry limits or fails, and the request has a warning", async () => {
    registry.always({ status: 429 });
    const limited = `${registry.host}/sslhep/limited:1`;
    expect(await transform.check?.(step({ image: limited }), at(allowed()))).toBe(
      `Whether the image ${limited} exists could not be found out: its registry answered 429.`,
    );
    const generated = step({ selection: "sslhep/other:1" });
    expect(await transform.workload?.(generated, at())).toMatchObject({
      image: `${registry.host}/sslhep/other:1`,
    });
  });

  test("is not looked for where the facility says so", async () => {
    const off = { TRANSFORMER_VALIDATE_DOCKER_IMAGE: "False" };
    const calls = registry.calls.length;
    const missing = step({ selection: "sslhep/nowhere:1" });
    expect(await transform.workload?.(missing, at(off))).toMatchObject({ files: {} });
    expect(registry.calls).toHaveLength(calls);
  });
});

test.each([
  ["CODE_GEN_SERVICE_URLS", "http://uproot:8000"],
  ["CODE_GEN_SERVICE_URLS", '{"sql": "http://uproot:8000"}'],
  ["CODE_GEN_SERVICE_URLS", '{"uproot": "uproot:8000"}'],
  ["CODE_GEN_SERVICE_URLS", '{"uproot": "http://u:hunter2@uproot:8000"}'],
  ["CODE_GEN_SERVICE_URLS", '{"uproot": 8000}'],
  ["CODE_GEN_IMAGES", '{"uproot": "an image"}'],
  ["CODE_GEN_IMAGES", '{"stray": "a/b:1"}'],
  ["ALLOWED_IMAGE_PREFIXES", "a b"],
  ["TRANSFORMER_VALIDATE_DOCKER_IMAGE", "perhaps"],
])("%s=%s is refused with what is allowed, and no password", (name, value) => {
  const read = () => readConfig({ [name]: value }, [transform]);
  expect(read).toThrow(new RegExp(`^${name} is .*allowed is `));
  expect(read).not.toThrow(/hunter2/);
});

test("generators may be written as app.conf writes them", () => {
  const { facility } = readConfig(
    {
      CODE_GEN_SERVICE_URLS: "{'uproot': 'http://uproot-code-gen:8000/',}",
      CODE_GEN_IMAGES: "{'uproot': 'sslhep/servicex_code_gen_func_adl_uproot:v1'}",
    },
    [transform],
  );
  expect(transform.generators?.(facility.transform ?? {})).toEqual({
    uproot: "sslhep/servicex_code_gen_func_adl_uproot:v1",
  });
});

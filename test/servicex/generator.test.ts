// A generator on the real servicex-code-gen-lib, and a service in a process that asks it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { askGenerator } from "../../src/operations/transform/outside/ask-generator.ts";
import { type ServiceX, startServiceX } from "../facades/servicex/servicex.ts";
import { freePorts } from "../support/free-ports.ts";
import { type Part, startGenerator } from "./parts.ts";

const image = "sslhep/servicex_func_adl_uproot_transformer:uproot5";
const query = "(call Select (call EventDataset) (lambda (list e) e))";

const codeGenImage = "sslhep/servicex_code_gen_func_adl_uproot:v1";

let generator: Part & { url: string };
let servicex: ServiceX;
beforeAll(async () => {
  generator = await startGenerator(image);
  servicex = await startServiceX({
    CODE_GEN_SERVICE_URLS: JSON.stringify({ uproot: generator.url }),
    CODE_GEN_IMAGES: JSON.stringify({ uproot: codeGenImage }),
    TRANSFORMER_VALIDATE_DOCKER_IMAGE: "False",
    // No broker is needed to record a request
    QUEUE_URL: `amqp://127.0.0.1:${(await freePorts(1))[0]}`,
  });
});
afterAll(async () => {
  await generator.stop();
  await servicex.remove();
});

const wanted = (selection: string) => ({
  "file-list": ["root://host//1.root"],
  codegen: "uproot",
  selection,
  "result-format": "root-file",
  "result-destination": "object-store",
});

test("clients are offered it, and their request shows image and format of its workload", async () => {
  const { body } = await servicex.call<{ "code-gen-image": Record<string, string> }>(
    "GET",
    "/servicex",
  );
  expect(body["code-gen-image"]).toMatchObject({ uproot: codeGenImage });
  const id = await servicex.submit(wanted(query));
  expect(await servicex.read(id)).toMatchObject({
    image,
    "code-gen-image": codeGenImage,
    "result-format": "root-file",
    "generated-code-cm": `${id}-generated-source`,
    selection: query,
  });
});

test("a selection that it refuses is a 400 with its sentence, and no request", async () => {
  const { status, body } = await servicex.call(
    "POST",
    "/servicex/transformation",
    wanted("select 1"),
  );
  expect({ status, message: body.message }).toEqual({
    status: 400,
    message: "Failed to generate translation code: Unable to parse query: no EventDataset",
  });
});

const ask = (selection: string) =>
  askGenerator({ name: "real", url: generator.url, selection, owner: "ada" });

test("a selection becomes image, command and files", async () => {
  const code = await ask(query);
  expect(code).toMatchObject({
    image,
    language: "python",
    command: "/generated/transform_single_file.py",
  });
  const files = Object.entries(code.files).map(([name, content]) => [
    name,
    Buffer.from(content, "base64").toString(),
  ]);
  expect(Object.fromEntries(files)).toMatchObject({
    "generated_transformer.py": query,
    "transformer_capabilities.json": expect.stringContaining("file-formats"),
  });
});

test("its refusal is the user's sentence", async () => {
  await expect(ask("select 1")).rejects.toMatchObject({
    status: 422,
    message: "Failed to generate translation code: Unable to parse query: no EventDataset",
  });
});

test("code that its containers cannot be given is refused", async () => {
  const random = Array.from({ length: 1024 * 1024 }, (_, index) => (index * 7919) % 9973);
  await expect(ask(`EventDataset ${random.join("")}`)).rejects.toMatchObject({
    code: "code_too_large",
  });
});

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientTypes } from "../../doc/generate/client-types.ts";
import { routes } from "../../src/http/routes/index.ts";
import { type Api, openApi } from "../support/api.ts";

type Json = Record<string, unknown>;

let api: Api;
let document: {
  openapi: string;
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json> };
};

beforeAll(async () => {
  api = await openApi();
  document = (await api.get("/openapi.json")).json() as typeof document;
});

afterAll(() => api.close());

test("the document is OpenAPI 3.1 and every reference in it leads somewhere", () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  const references = JSON.stringify(document).match(/#\/components\/schemas\/[^"]+/g) ?? [];
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references)
    expect(document.components.schemas).toHaveProperty(reference.split("/").at(-1) ?? "");
});

test("every route is in it, with a name of its own, a summary and its refusals", () => {
  const names = new Set<unknown>();
  for (const route of routes) {
    const documented = document.paths[route.path]?.[route.method];
    expect(documented, `${route.method} ${route.path}`).toMatchObject({
      summary: expect.any(String),
      operationId: expect.any(String),
    });
    names.add(documented?.operationId);
    const responses = documented?.responses as Json;
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(Object.keys(route.responses)));
    if (route.body)
      expect(Object.keys(responses)).toEqual(
        expect.arrayContaining(["400", "403", "413", "415", "503"]),
      );
    if (route.params) expect(Object.keys(responses)).toContain("404");
  }
  expect(names.size).toBe(routes.length);
});

/** Bodies about a request or a task need one that exists. */
function hasExample({ body, path }: (typeof routes)[number]): boolean {
  if (body === undefined || typeof body.example === "function") return false;
  return !path.startsWith("/v1/requests") && !path.includes("{task}");
}

test("every body has an example, which is taken", async () => {
  // Those of people need identity: tokens.test.ts and me.test.ts take them.
  const ofPeople = ["tokens", "users", "groups"];
  for (const route of routes.filter(hasExample).filter(({ tag }) => !ofPeople.includes(tag))) {
    const example = route.body?.example as object;
    const answer = await api.call({
      method: route.method.toUpperCase(),
      path: route.path.replace("{operation}", "noop").replace("{owner}", "local"),
      headers: { "content-type": "application/json" },
      // Its wait for work is taken too, and would be waited for here
      body: JSON.stringify({ ...example, ...("wait_seconds" in example && { wait_seconds: 0 }) }),
    });
    expect([200, 201], answer.text).toContain(answer.status);
  }
});

test("a step is one of the offered operations, its settings beside its name", () => {
  const { StepInput, TransformStep } = document.components.schemas;
  const steps = [...api.ledger.ctx.operations.keys()].map((name) => ({
    $ref: `#/components/schemas/${name.charAt(0).toUpperCase()}${name.slice(1)}Step`,
  }));
  expect(StepInput).toEqual({ oneOf: steps });
  expect(steps.length).toBeGreaterThan(1);
  expect(TransformStep?.example).toMatchObject({
    operation: "transform",
    selection: expect.any(String),
  });
  expect(TransformStep).toMatchObject({
    required: expect.arrayContaining(["operation", "selection"]),
    additionalProperties: false,
  });
});

test("answers hold what the document says, and nothing else", async () => {
  const { ledger } = api;
  const id = await ledger.submit(3);
  const [task] = await ledger.claim(1, { request: id });
  if (!task) throw new Error("no task");
  await ledger.report(task, "retry", {
    error: { class: "unavailable", message: "the disk is away" },
  });
  const [first] = await ledger.claim(1, { request: id });
  if (first) await ledger.report(first, "success", { results: [] });
  const dataset = (await ledger.read(id)).dataset.id;
  for (const path of [
    "/v1/requests",
    `/v1/requests/${id}`,
    `/v1/requests/${id}/files`,
    `/v1/requests/${id}/files/${task.file}`,
    `/v1/requests/${id}/results`,
    `/v1/requests/${id}/errors`,
    "/v1/datasets?past=true",
    `/v1/datasets/${dataset}`,
    `/v1/datasets/${dataset}/files`,
    "/v1/operations",
    "/healthz",
    "/readyz",
  ]) {
    const answer = await api.get(path);
    expect(answer.status, answer.text).toBe(200);
    const template = path
      .replace(id, "{id}")
      .replace(/files\/\d+/, "files/{file}")
      .replace(/datasets\/\d+/, "datasets/{dataset}")
      .replace(/\?.*/, "");
    const schema = routes.find((route) => route.path === template && route.method === "get")
      ?.responses[200]?.schema;
    expect(schema?.parse(answer.json()), path).toEqual(answer.json());
  }
});

test("the client's types are those of the document (npm run generate)", async () => {
  expect(readFileSync(new URL("../../src/client/api-types.ts", import.meta.url), "utf8")).toBe(
    await clientTypes(),
  );
});

test("the documentation needs nothing from elsewhere", async () => {
  const page = await api.get("/docs");
  expect(page.headers["content-type"]).toContain("text/html");
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? "");
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    const { host, pathname } = new URL(link, `${api.url}/docs`);
    expect(host).toBe(new URL(api.url).host);
    expect((await api.get(pathname)).status, link).toBe(200);
  }
  expect(page.text).not.toMatch(/<script>|onload=/);
});

// What a reader of /docs executes without changing it, against a service with no settings.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

interface Call {
  method: string;
  path: string;
  example: Record<string, unknown>;
  parameters: { in: string; name: string; schema: { example?: unknown } }[];
  /** the statuses that the document lists below 300 */
  successes: number[];
}

interface Documented {
  parameters?: Call["parameters"];
  requestBody?: { content: { "application/json": { example: Call["example"] } } };
  responses: Record<string, unknown>;
}

const root = process.cwd();
/** These need identity, which is a setting. */
const ofPeople = [
  "/v1/access-keys",
  "/v1/bindings",
  "/v1/facades",
  "/v1/groups",
  "/v1/me",
  "/v1/tokens",
];
let service: Service;
let calls: Call[];

beforeAll(async () => {
  service = await startService();
  const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Documented>>;
  };
  calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody, parameters = [], responses }]) =>
      requestBody && !ofPeople.some((prefix) => path.startsWith(prefix))
        ? {
            method: method.toUpperCase(),
            path,
            example: requestBody.content["application/json"].example,
            parameters,
            successes: Object.keys(responses)
              .map(Number)
              .filter((status) => status < 300),
          }
        : [],
    ),
  );
});

afterAll(() => service?.remove());

async function send(method: string, path: string, body: unknown) {
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: text ? JSON.parse(text) : undefined };
}

async function ended(id: string): Promise<Record<string, unknown>> {
  return until(
    async () => {
      const answer = await fetch(`${service.url}/v1/requests/${id}`);
      const view = (await answer.json()) as Record<string, unknown>;
      return view.state === "complete" ? view : undefined;
    },
    { what: "the end of the request" },
  );
}

test("the example of a submit is a pattern in the first of INPUT_ROOTS, and runs to its end", async () => {
  const submit = calls.find(({ method, path }) => `${method} ${path}` === "POST /v1/requests");
  expect(submit?.example).toMatchObject({
    dataset: { did: `dir://${root}/*.parquet` },
    steps: [{ operation: "transform" }],
  });
  const { status, text, json } = await send("POST", "/v1/requests", submit?.example);
  expect(status, text).toBe(201);
  expect(await ended(json.id)).toMatchObject({ counters: { failed: 0 } });
});

test("every example of a body is taken as it is", async () => {
  // One with a failed file, which a redrive needs
  const { json } = await send("POST", "/v1/requests", {
    dataset: { files: [`${root}/doc/examples/seattle-2012.parquet`, `${root}/README.md`] },
    steps: [{ operation: "transform", selection: "select * from input limit 5" }],
  });
  expect(await ended(json.id)).toMatchObject({ counters: { done: 1, failed: 1 } });
  expect(calls.length).toBeGreaterThan(8);
  for (const { method, path, example, parameters, successes } of calls) {
    const address = parameters
      .filter((parameter) => parameter.in === "path")
      .reduce((whole, { name, schema }) => {
        const value = name === "id" ? json.id : (schema.example ?? json.id);
        return whole.replace(`{${name}}`, value);
      }, path);
    // Its wait for work is taken too, and would be waited for here
    const body = { ...example, ...("wait_seconds" in example && { wait_seconds: 0 }) };
    const { status, text } = await send(method, address, body);
    // No operation that is offered has tasks for agents; the body is read before that is said
    const taken = path.includes("{task}") ? [404] : successes;
    expect(taken, `${method} ${path}: ${text}`).toContain(status);
  }
});

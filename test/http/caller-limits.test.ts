// What one person, one address and one request may take of a service with identity on.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("caller-limits");
const key = "a key that both processes have";
let api: Api;
/** another process, with low rates */
let strict: Api;

beforeAll(async () => {
  mkdirSync(join(folder, "six"));
  for (const name of "abcdef") writeFileSync(join(folder, "six", `${name}.csv`), "x\n1\n");
  api = await openApi({
    env: {
      ENABLE_AUTH: "true",
      SECRET_KEY: key,
      OPEN_REQUESTS: "3",
      MOST_FILES: "5",
      INPUT_ROOTS: folder,
      VALID_DID_SCHEMES: "outside",
      INTERNAL_PORT: "0",
    },
  });
  strict = await openApi({
    databaseUrl: api.ledger.ctx.databaseUrl,
    scheduler: false,
    env: {
      ENABLE_AUTH: "true",
      SECRET_KEY: key,
      RATE_USER: "5",
      RATE_ADDRESS: "5",
      TRUSTED_PROXIES: "loopback",
    },
  });
});

afterAll(async () => {
  await strict.close();
  await api.close();
  rmSync(folder, { recursive: true });
});

const person = (options?: Parameters<typeof addPerson>[1]) => addPerson(api.ledger.ctx, options);
const as = ({ accessToken }: Pick<Person, "accessToken">) => bearer(accessToken);
const codeOf = (answer: Answer) => String(answer.json().type).replace("urn:longshore:problem:", "");
const files = (...paths: string[]) => ({
  dataset: { files: paths },
  steps: [{ operation: "noop" }],
});
const did = (name: string) => ({ dataset: { did: name }, steps: [{ operation: "noop" }] });

async function statuses(calls: number, call: () => Promise<Answer>): Promise<number[]> {
  const found: number[] = [];
  for (let made = 0; made < calls; made++) found.push((await call()).status);
  return found;
}

describe("calls a minute", () => {
  const allowed = [200, 200, 200, 200, 200];

  test("of a person, with the number and when the next is taken", async () => {
    const [ann, bob] = [await person(), await person()];
    const call = (who: Person) => () => strict.get("/v1/requests", as(who));
    expect(await statuses(5, call(ann))).toEqual(allowed);
    const refused = await strict.get("/v1/operations", as(ann));
    expect([refused.status, codeOf(refused)]).toEqual([429, "too_many_calls"]);
    expect(refused.json().detail).toContain("At most 5 calls a minute");
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect((await call(bob)()).status).toBe(200);
    expect((await strict.get("/healthz")).status).toBe(200);
  });

  test("ServiceX's clients get the sentence and the time, too", async () => {
    const ann = await person();
    await statuses(5, () => strict.get("/v1/requests", as(ann)));
    const refused = await strict.get("/servicex/transformation", as(ann));
    expect(Object.keys(refused.json())).toEqual(["message"]);
    expect(refused.headers["retry-after"]).toMatch(/^[1-9]\d?$/);
  });

  test("programs without a browser get the time in the format of OAuth", async () => {
    const call = () =>
      strict.call({
        method: "POST",
        path: "/oauth/token",
        headers: { "x-forwarded-for": "192.0.2.9" },
      });
    expect(await statuses(5, call)).toEqual([400, 400, 400, 400, 400]);
    const refused = await call();
    expect([refused.status, refused.json().error]).toEqual([429, "too_many_calls"]);
    expect(refused.headers["retry-after"]).toMatch(/^[1-9]\d?$/);
  });

  test("of an address, as the proxy names it", async () => {
    const call = (address: string) => () =>
      strict.get("/v1/operations", { "x-forwarded-for": address });
    expect(await statuses(6, call("192.0.2.1"))).toEqual([...allowed, 429]);
    expect((await call("192.0.2.2")()).status).toBe(200);
    const ann = await person();
    const known = { ...as(ann), "x-forwarded-for": "192.0.2.1" };
    expect((await strict.get("/v1/operations", known)).status).toBe(200);
  });

  test("wrong credentials count for their address, whatever they are", async () => {
    const wrong = (token: string) => () =>
      strict.get("/v1/requests", { ...bearer(token), "x-forwarded-for": "192.0.2.7" });
    expect(await statuses(3, wrong("a.b.c"))).toEqual([401, 401, 401]);
    expect(await statuses(3, wrong((await person()).apiToken))).toEqual([401, 401, 429]);
  });

  test("of workers are not counted", async () => {
    const token = await api.ledger.ctx.workTokens.issue({ operations: ["noop"] }, 60);
    const claim = () =>
      strict.post("/v1/work/claim", { worker: "w", operations: ["noop"] }, bearer(token));
    expect(await statuses(8, claim)).toEqual(Array(8).fill(200));
  });
});

test("without TRUSTED_PROXIES, nobody chooses an address by a header", async () => {
  const plain = await openApi({
    databaseUrl: api.ledger.ctx.databaseUrl,
    scheduler: false,
    env: { ENABLE_AUTH: "true", RATE_ADDRESS: "2" },
  });
  let address = 0;
  const call = () => plain.get("/v1/operations", { "x-forwarded-for": `192.0.2.${address++}` });
  expect(await statuses(3, call)).toEqual([200, 200, 429]);
  await plain.close();
});

describe("open requests of a person", () => {
  test("many submits at once do not pass the number, and an end makes room", async () => {
    const ann = await person();
    const caller = { kind: "user", owner: ann.id } as const;
    const input = { dataset: { files: ["/b"] }, steps: [{ operation: "noop", settings: {} }] };
    const made = await Promise.allSettled(
      Array.from({ length: 9 }, () => submit(api.ledger.ctx, caller, input)),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    const refused = await api.post("/v1/requests", files("/b"), as(ann));
    expect([refused.status, codeOf(refused)]).toEqual([429, "too_many_open_requests"]);
    expect(refused.json().detail).toContain("At most 3 requests of a person");
    expect(refused.headers).not.toHaveProperty("retry-after");
    expect((await api.post("/v1/requests", files("/b"), as(await person()))).status).toBe(201);
    const list = (await api.get("/v1/requests", as(ann))).json() as { items: { id: string }[] };
    expect(list.items).toHaveLength(3);
    await api.post(`/v1/requests/${list.items[0]?.id}/cancel`, {}, as(ann));
    await api.ledger.ended(list.items[0]?.id ?? "");
    expect((await api.post("/v1/requests", files("/b"), as(ann))).status).toBe(201);
  });

  test("a submit that is repeated with its key is answered as before", async () => {
    const ann = await person();
    const key = { ...as(ann), "idempotency-key": "a" };
    const first = await api.post("/v1/requests", files("/b"), key);
    for (const path of ["/c", "/d"]) await api.post("/v1/requests", files(path), as(ann));
    expect((await api.post("/v1/requests", files("/e"), as(ann))).status).toBe(429);
    const again = await api.post("/v1/requests", files("/b"), key);
    expect([again.status, again.json().id]).toEqual([200, first.json().id]);
  });

  test("a redrive takes a place, too", async () => {
    const ann = await person();
    const made = await api.post("/v1/requests", files("/failing"), as(ann));
    const id = String(made.json().id);
    const [task] = await api.ledger.claim(1, { request: id });
    if (!task) throw new Error("There was no task.");
    await api.ledger.report(task, "failure", { error: { class: "bad_input", message: "No." } });
    const { state } = await api.ledger.ended(id);
    for (const path of ["/c", "/d", "/e"])
      expect((await api.post("/v1/requests", files(path), as(ann))).status).toBe(201);
    const refused = await api.post(`/v1/requests/${id}/redrive`, {}, as(ann));
    expect([refused.status, codeOf(refused)]).toEqual([429, "too_many_open_requests"]);
    expect(await api.ledger.read(id)).toMatchObject({ state, round: 1, counters: { failed: 1 } });
  });
});

describe("files of a request", () => {
  const six = ["/1", "/2", "/3", "/4", "/5", "/6"];

  test.each([
    ["/v1/requests", files(...six)],
    ["/v1/dry-runs", files(...six)],
    ["/servicex/transformation", { "file-list": six, "result-destination": "object-store" }],
    ["/v1/requests", files(...Array.from({ length: 20_000 }, (_, index) => `/${index}`))],
  ])("%s refuses a list that is too long, with the number", async (path, body) => {
    const answer = await api.post(path, body, as(await person()));
    expect([answer.status, answer.text]).toEqual([
      413,
      expect.stringContaining("more than 5 files"),
    ]);
  });

  test("a lookup that finds more fails, and says the number", async () => {
    const ann = await person();
    const made = await api.post("/v1/requests", did(`dir://${folder}/six/*.csv`), as(ann));
    expect(await api.ledger.ended(String(made.json().id))).toMatchObject({
      state: "failed",
      reason:
        "The lookup was ended: it found more than 5 files, the most of a request (MOST_FILES).",
    });
    const few = await api.post("/v1/requests", did(`dir://${folder}/six/[a-e].csv`), as(ann));
    expect(few.status).toBe(201);
    const { id } = few.json() as { id: string };
    await until(async () => (await api.ledger.read(id)).counters.total === 5);
  });

  test("an outside finder that sends more is told so, and the request fails", async () => {
    const [ann, admin] = [await person(), await person({ admin: true, scopes: ["admin"] })];
    const made = await api.post("/v1/requests", did("outside://x"), as(ann));
    const id = String(made.json().id);
    const { dataset } = await until(async () => {
      const view = await api.ledger.read(id);
      return view.state === "lookup" ? view : undefined;
    });
    const sent = await api.call({
      method: "PUT",
      path: `/servicex/internal/transformation/${dataset.id}/files`,
      headers: { "content-type": "application/json", ...as(admin) },
      body: JSON.stringify(six.map((path) => ({ paths: [path] }))),
    });
    expect([sent.status, sent.text]).toEqual([413, expect.stringContaining("more than 5 files")]);
    expect(await api.ledger.ended(id)).toMatchObject({ state: "failed" });
  });
});

describe("sizes of bodies", () => {
  test.each([
    ["POST", "/servicex/transformation", 64],
    ["PUT", "/servicex/internal/transformation/1/files", 64],
    ["PUT", "/servicex/internal/transformation/1/complete", 1],
    ["PUT", "/servicex/internal/transformation/1/error", 1],
  ])("%s %s refuses one of more than %i MB", async (method, path, megabytes) => {
    const { accessToken } = await person({ admin: true, scopes: ["submit", "admin"] });
    const answer = await api.call({
      method,
      path,
      headers: {
        ...bearer(accessToken),
        "content-type": "application/json",
        "content-length": String(megabytes * 2 ** 20 + 1),
      },
    });
    expect([answer.status, answer.json().message]).toEqual([
      413,
      expect.stringContaining(`larger than ${megabytes} MB`),
    ]);
  });
});

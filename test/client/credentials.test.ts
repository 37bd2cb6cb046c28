// Our client with an API token, on a real service with identity on. What passes by on the way is
// counted in front of it.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { thisCommand } from "../../src/client/cli/help/this-command.ts";
import { runCommand } from "../../src/client/cli/run-command.ts";
import { Longshore } from "../../src/client/client.ts";
import { fetchWith, isApiToken } from "../../src/client/credentials.ts";
import type { Submit } from "../../src/client/views.ts";
import { moveUser } from "../../src/users/move-store.ts";
import { type Api, openApi } from "../support/api.ts";
import { cliHere } from "../support/cli-here.ts";
import { addPerson, type Person } from "../support/people.ts";

const printed = cliHere();
const body: Submit = { dataset: { files: ["a"] }, steps: [{ operation: "noop" }] };
let api: Api;
let ann: Person;
let front: Server;
let url: string;
/** What passed by: a path and who called. */
let passed: { path: string; token: string | undefined; status: number }[];
/** Instead of the service, for one path. */
let instead: ((path: string) => { status: number; headers?: Record<string, string> } | undefined)[];

beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true" } });
  ann = await addPerson(api.ledger.ctx);
  front = createServer(async (request, answer) => {
    const path = request.url ?? "/";
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization, "content-type": type } = request.headers;
    const headers = {
      ...(authorization && { authorization }),
      ...(type && { "content-type": type }),
    };
    const own = instead.map((rule) => rule(path)).find((rule) => rule !== undefined);
    const from = own
      ? { ...own, headers: own.headers ?? {}, text: "" }
      : await api.call({
          method: request.method ?? "GET",
          path,
          headers,
          body: Buffer.concat(chunks),
        });
    passed.push({ path: path.split("?")[0] ?? "", token: authorization, status: from.status });
    answer.writeHead(from.status, { "content-type": "application/json", ...plain(from.headers) });
    answer.end(from.text);
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
});
afterAll(async () => {
  front.close();
  await api.close();
});
beforeEach(() => {
  passed = [];
  instead = [];
});

function plain(headers: Record<string, unknown>): Record<string, string> {
  const kept = ["content-type", "retry-after", "location"];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      kept.includes(name) ? [[name, String(value)]] : [],
    ),
  );
}

const exchanges = () => passed.filter(({ path }) => path === "/token/refresh").length;
const failures = () => passed.filter(({ status }) => status >= 400).length;

/** How long access tokens are good that are given from now on. */
function accessSeconds(seconds: number): void {
  Object.assign(api.ledger.ctx.config.identity ?? {}, { accessSeconds: seconds });
}

test("calls at once share one exchange, and the API token goes nowhere else", async () => {
  const client = new Longshore({ url, token: ann.apiToken });
  const made = await client.submit(body);
  expect(made.owner).toBe(ann.id);
  await Promise.all([client.list(), client.get(made.id), client.list(), client.operations()]);
  expect(exchanges()).toBe(1);
  const senders = passed.filter(({ token }) => token === `Bearer ${ann.apiToken}`);
  expect(senders.map(({ path }) => path)).toEqual(["/token/refresh"]);
});

test("the access token is replaced a minute before its end, without a failed call", async () => {
  let seconds = 0;
  const call = fetchWith(url, ann.apiToken, () => seconds * 1_000);
  const list = async () => (await call(new Request(`${url}/v1/requests`))).status;
  for (const [at, exchanged] of [
    [0, 1],
    [3_538, 1],
    [3_541, 2],
    [7_080, 2],
    [7_082, 3],
  ] as const) {
    seconds = at;
    expect([await list(), exchanges()], `after ${at} s`).toEqual([200, exchanged]);
  }
  expect(failures()).toBe(0);
});

test("while the service gives none, the access token is used to its end", async () => {
  let seconds = 0;
  const call = fetchWith(url, ann.apiToken, () => seconds * 1_000);
  const list = async () => (await call(new Request(`${url}/v1/requests`))).status;
  expect(await list()).toBe(200);
  instead.push((path) => (path === "/token/refresh" ? { status: 502 } : undefined));
  seconds = 3_590;
  expect([await list(), exchanges()]).toEqual([200, 2]);
  seconds = 3_601;
  await expect(list()).rejects.toThrow(/returned 502 and is not Longshore/);
});

describe("what the service calls expired", () => {
  test("is replaced once, and the call sent again with its body", async () => {
    accessSeconds(-10);
    instead.push((path) => {
      if (path !== "/token/refresh" && exchanges() === 1) accessSeconds(3_600);
      return undefined;
    });
    const made = await new Longshore({ url, token: ann.apiToken }).submit(body);
    expect(made.owner).toBe(ann.id);
    expect([exchanges(), failures()]).toEqual([2, 1]);
  });

  test("is an error where the next is expired too", async () => {
    accessSeconds(-10);
    const list = new Longshore({ url, token: ann.apiToken }).list();
    await expect(list).rejects.toMatchObject({ status: 401, code: "expired_token" });
    expect(exchanges()).toBe(2);
    accessSeconds(3_600);
  });
});

test("a redirect of the exchange is not followed", async () => {
  const location = `${url}/elsewhere`;
  instead.push((path) => {
    return path === "/token/refresh" ? { status: 307, headers: { location } } : undefined;
  });
  const list = new Longshore({ url, token: ann.apiToken }).list();
  await expect(list).rejects.toMatchObject({ name: "UnreachableError" });
  expect(passed.map(({ path }) => path)).toEqual(["/token/refresh"]);
});

test("a call that is given up waits for no exchange, which goes on for the others", async () => {
  const client = new Longshore({ url, token: ann.apiToken });
  const gone = AbortSignal.abort(new Error("gone"));
  await expect(client.list({}, { signal: gone })).rejects.toThrow("gone");
  expect((await client.list()).items.length).toBeGreaterThan(0);
  expect(exchanges()).toBe(1);
});

test("with identity off an API token changes nothing", async () => {
  const off = await openApi();
  const client = new Longshore({ url: off.url, token: ann.apiToken });
  expect((await client.submit(body)).owner).toBe("local");
  await off.close();
});

test.each([
  ["a word", "secret"],
  ["three parts that are no JSON", "a.b.c"],
  ["JSON that is no object", `a.${Buffer.from("null").toString("base64url")}.c`],
  ["an access token", `a.${Buffer.from('{"type":"access"}').toString("base64url")}.c`],
])("%s is no API token", (_, text) => {
  expect(isApiToken(text)).toBe(false);
});

describe("refused, the command says what to do and ends with 3", () => {
  async function list(token: string): Promise<string> {
    vi.stubEnv("LONGSHORE_URL", url);
    vi.stubEnv("LONGSHORE_TOKEN", token);
    expect(await runCommand(["list"])).toBe(3);
    expect(printed.stderr).not.toContain(token || "Bearer");
    return printed.stderr;
  }
  const again = `run \`${thisCommand()} login\`, or replace it where it stands`;

  test("expired", async () => {
    const exp = Math.floor(Date.now() / 1_000) - 60;
    const claims = { sub: ann.id, jti: ann.token, scopes: ["read" as const], exp };
    const old = await api.ledger.ctx.tokenKeys.sign("refresh", claims);
    expect(await list(old)).toContain(`The API token has expired: ${again}`);
  });

  test.each(["revoked before", "revoked while it is used"])("%s", async (when) => {
    const { apiToken, token, id } = await addPerson(api.ledger.ctx);
    const client = new Longshore({ url, token: apiToken });
    if (when !== "revoked before") await client.list();
    const { db, people } = api.ledger.ctx;
    await db.query("UPDATE api_tokens SET revoked_at = now() WHERE id = $1", [token]);
    people.changed(id);
    await expect(client.list()).rejects.toMatchObject({ code: "revoked_token", status: 401 });
    expect(await list(apiToken)).toContain(`The API token was revoked or replaced: ${again}`);
  });

  test.each([
    ["new", "Your account has no profile yet: sign in on the website and fill it in."],
    ["pending", "Your account is still pending: an administrator has to approve it first."],
    ["rejected", "Your account was not approved: ask the service's administrators."],
  ] as const)("an account that is %s", async (state, sentence) => {
    const { apiToken, id } = await addPerson(api.ledger.ctx);
    await api.ledger.ctx.db.query("UPDATE users SET state = $2 WHERE id = $1", [id, state]);
    expect(await list(apiToken)).toBe(`longshore: ${sentence}\n`);
  });

  test("an account that is suspended, or deleted", async () => {
    const { apiToken, id } = await addPerson(api.ledger.ctx);
    const move = async (by: "suspend" | "remove") => {
      await api.ledger.ctx.people.write((db) => moveUser(db, id, by));
      api.ledger.ctx.people.changed(id);
    };
    await move("suspend");
    expect(await list(apiToken)).toMatch("Your account is suspended: ask");
    await move("remove");
    expect(await list(apiToken)).toMatch("The account of the token was deleted: run");
  });

  test("no token, and one of another service", async () => {
    expect(await list("")).toMatch("This call needs a token: run ");
    const [head, claims] = ann.apiToken.split(".");
    expect(await list(`${head}.${claims}.c2lnbmF0dXJl`)).toMatch(
      "The token is not one of this service",
    );
  });
});

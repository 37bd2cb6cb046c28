import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeProvider } from "../../src/auth/oidc/provider.ts";
import { wordsOf } from "../../src/auth/oidc/provider-problem.ts";
import type { SignInConfig } from "../../src/settings/identity.ts";

let issuer: string;
let asked: number;
let said: object | undefined;
const hour = 3_600_000;

const server = createServer((_request, response) => {
  asked += 1;
  response.statusCode = said ? 200 : 500;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(said ?? {}));
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  asked = 0;
  said = { issuer, authorization_endpoint: `${issuer}/authorize` };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function settings(): SignInConfig {
  return {
    issuer,
    clientId: "id",
    clientSecret: "secret",
    kind: "globus",
    scopes: "openid",
    claims: { name: "name", email: "email", institution: "organization" },
  };
}

test("a provider is asked at the first sign-in, and again after an hour", async () => {
  let now = 0;
  const provider = makeProvider(settings(), () => now);
  expect(asked).toBe(0);
  const [one, other] = await Promise.all([provider.discovered(), provider.discovered()]);
  expect([asked, one === other]).toEqual([1, true]);
  now = hour - 1;
  await provider.discovered();
  expect(asked).toBe(1);
  now = hour;
  await provider.discovered();
  expect(asked).toBe(2);
});

test("one that failed is asked again at once", async () => {
  const provider = makeProvider(settings());
  said = undefined;
  await expect(provider.discovered()).rejects.toThrow(/does not answer as it should/);
  said = { issuer, authorization_endpoint: `${issuer}/authorize` };
  const { configuration } = await provider.discovered();
  expect(configuration.serverMetadata().issuer).toBe(issuer);
  expect(asked).toBe(2);
});

test("one that says it is another one is not believed", async () => {
  said = { issuer: "https://elsewhere.example" };
  await expect(makeProvider(settings()).discovered()).rejects.toThrow(/does not answer/);
});

test("introspection, which Globus leaves out, is asked where Globus has it", async () => {
  const { introspecting } = await makeProvider(settings()).discovered();
  expect(introspecting?.serverMetadata().introspection_endpoint).toBe(
    `${issuer}/v2/oauth2/token/introspect`,
  );
  const plain = await makeProvider({ ...settings(), kind: "plain" }).discovered();
  expect(plain.introspecting).toBeUndefined();
});

test("the log has what failed and why, and no endless chain of causes", () => {
  const inner = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  expect(wordsOf(new Error("fetch failed", { cause: inner }))).toBe(
    "fetch failed: refused (ECONNREFUSED)",
  );
  const endless = new Error("again");
  endless.cause = endless;
  expect(wordsOf(endless)).toBe("again: again: again: again: again");
  expect(wordsOf("text")).toBe("");
});

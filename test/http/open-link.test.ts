// The link that lets a browser of this machine in, while identity is off: its cookie.
import { Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeLocalAccess } from "../../src/auth/local-access.ts";
import { type Api, openApi } from "../support/api.ts";

let plain: Api;
let overHttps: Api;

beforeAll(async () => {
  plain = await openApi();
  overHttps = await openApi({ env: { PUBLIC_URL: "https://longshore.example" } });
});
afterAll(async () => {
  await plain.close();
  await overHttps.close();
});

async function cookieOf({ ledger, get }: Api): Promise<string> {
  const opened = await get(`/open?token=${ledger.ctx.localAccess.token}`);
  expect([opened.status, opened.headers.location]).toEqual([303, "./"]);
  const [set = ""] = opened.headers["set-cookie"] ?? [];
  return set.replace(/=[\w-]{43};/, "=…;");
}

test("over https the cookie is for this host and https alone", async () => {
  const { port } = new URL(overHttps.url);
  expect(await cookieOf(overHttps)).toBe(
    `__Host-longshore-${port}=…; Path=/; HttpOnly; Secure; SameSite=Strict`,
  );
});

test("over http it has the port in its name, since a browser sends it to every port", async () => {
  const { port } = new URL(plain.url);
  expect(await cookieOf(plain)).toBe(`longshore-${port}=…; Path=/; HttpOnly; SameSite=Strict`);
});

test.each(["http://127.0.0.1:5000", "https://longshore.example"])(
  "at %s its holder is local on a connection of another user, and no other cookie counts",
  async (url) => {
    const access = makeLocalAccess({ public: () => url }, async () => false);
    const socket = new Socket();
    const { name, value } = access.cookieFor(socket);
    const isLocal = (cookie: string) => access.isLocal({ headers: { cookie }, socket });
    expect(await isLocal(`${name}=${value}`)).toBe(true);
    expect(await isLocal(`other=1; ${name}=forged; ${name}=${value}`)).toBe(true);
    for (const wrong of [`${name}=forged`, `${name}=${access.token}`, `other=${value}`])
      expect(await isLocal(wrong), wrong).toBe(false);
    // What another host of the same domain could have set.
    const unprotected = name.replace("__Host-", "");
    expect(await isLocal(`${unprotected}=${value}`)).toBe(unprotected === name);
  },
);

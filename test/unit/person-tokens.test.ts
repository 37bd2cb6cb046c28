import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import jwt, { type Secret, type SignOptions } from "jsonwebtoken";
import { expect, test } from "vitest";
import { hashOf, newSecret, sameHash } from "../../src/auth/secret-text.ts";
import { makeTokenKeys, type TokenKind, tokenSecrets } from "../../src/auth/tokens/jwt.ts";
import { isWorkToken, makeWorkTokens } from "../../src/auth/work-tokens.ts";
import { deriveKey } from "../../src/secrets.ts";

const secret = Buffer.from("a service's key of tests");
const other = Buffer.from("another key of tests....");
const keys = makeTokenKeys([secret]);
const key = deriveKey(secret, "longshore API tokens 1");

const claims = () => ({ sub: "ann", jti: randomUUID(), scopes: ["read" as const] });
const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;

/** A token like ours, but for what is given; everything else about it is right. */
function forged(
  change: { header?: object; payload?: object; key?: Secret } = {},
  options: SignOptions = {},
): string {
  const header = { alg: "HS256", typ: "longshore-access+jwt", kid: keys.keyId, ...change.header };
  const payload = { type: "access", ...claims(), exp: inAnHour(), ...change.payload };
  return jwt.sign(payload, change.key ?? key, {
    algorithm: "HS256",
    issuer: "longshore",
    audience: "longshore-api",
    ...options,
    header,
  });
}

/** Signed by hand, since libraries refuse to. */
function byHand(header: object, payload: object, signed: (text: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${signed(text)}`;
}

const rightPayload = () => ({
  type: "access",
  ...claims(),
  iss: "longshore",
  aud: "longshore-api",
  exp: inAnHour(),
});

const code = (text: string, kind: TokenKind = "access") =>
  keys.verify(kind, text).then(
    () => "taken",
    (error: { status?: number; code?: string }) => `${error.status} ${error.code}`,
  );

test("a token says who, what for, and until when", async () => {
  const given = { ...claims(), tid: randomUUID(), exp: inAnHour() };
  const text = await keys.sign("access", given);
  expect(await keys.verify("access", text)).toMatchObject({ ...given, type: "access" });
  const { header, payload } = jwt.decode(text, { complete: true }) ?? {};
  expect(header).toEqual({ alg: "HS256", typ: "longshore-access+jwt", kid: keys.keyId });
  // What ServiceX's clients and services find in theirs
  expect(payload).toMatchObject({ fresh: false, iat: expect.any(Number), nbf: expect.any(Number) });
  expect(await code(forged())).toBe("taken");
});

test("one kind of token is never taken for the other", async () => {
  const access = await keys.sign("access", { ...claims(), exp: inAnHour() });
  const refresh = await keys.sign("refresh", claims());
  expect(await code(refresh, "access")).toBe("401 not_access_token");
  expect(await code(access, "refresh")).toBe("401 not_refresh_token");
  expect(await code(forged({ header: { typ: "longshore-refresh+jwt" } }))).toBe(
    "401 not_access_token",
  );
  expect(await code(forged({ payload: { type: "refresh" } }))).toBe("401 not_access_token");
  expect(await code(forged({ header: { typ: "JWT" } }))).toBe("401 not_access_token");
});

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicText = publicKey.export({ type: "spki", format: "pem" });
const own = { alg: "HS256", typ: "longshore-access+jwt", kid: keys.keyId };

test.each([
  ["is not signed", () => byHand({ ...own, alg: "none" }, rightPayload(), () => "")],
  ["names none in other letters", () => byHand({ ...own, alg: "NoNe" }, rightPayload(), () => "")],
  [
    "names none and has a signature",
    () =>
      byHand({ ...own, alg: "none" }, rightPayload(), (text) =>
        createHmac("sha256", key).update(text).digest("base64url"),
      ),
  ],
  ["has an empty signature", () => byHand(own, rightPayload(), () => "")],
  [
    "is signed by a stranger's RSA key",
    () => forged({ header: { alg: "RS256" }, key: privateKey }, { algorithm: "RS256" }),
  ],
  [
    "is signed with a public key as if it were a secret",
    () =>
      byHand(own, rightPayload(), (text) =>
        createHmac("sha256", publicText).update(text).digest("base64url"),
      ),
  ],
  [
    "is of another algorithm with the right key",
    () => forged({ header: { alg: "HS512" } }, { algorithm: "HS512" }),
  ],
  ["is of another key", () => forged({ key: deriveKey(other, "longshore API tokens 1") })],
  ["is of the service's key itself", () => forged({ key: secret })],
  [
    "is of a key for another purpose",
    () => forged({ key: deriveKey(secret, "longshore work tokens 1") }),
  ],
  ["names an unknown key", () => forged({ header: { kid: "0011223344556677" } })],
  ["names no key", () => forged({ header: { kid: undefined } })],
  ["is for another audience", () => forged({}, { audience: "longshore-work" })],
  ["is of another issuer", () => forged({}, { issuer: "servicex" })],
  ["is not yet good", () => forged({}, { notBefore: 600 })],
  ["has a scope that is none", () => forged({ payload: { scopes: ["read", "root"] } })],
  ["has no scopes", () => forged({ payload: { scopes: undefined } })],
  ["names nobody", () => forged({ payload: { sub: "" } })],
  ["has no id", () => forged({ payload: { jti: "1" } })],
  ["is cut short", () => forged().slice(0, -4)],
  ["is no token", () => "not.a.token"],
  ["is one word", () => "authentication_disabled"],
  ["is longer than any of ours", () => forged({ payload: { more: "x".repeat(5_000) } })],
])("a token that %s is refused", async (_, make) => {
  expect(await code(make())).toBe("401 bad_token");
});

test("a changed token is refused, whatever is changed", async () => {
  const [header = "", , signature = ""] = forged().split(".");
  const payload = Buffer.from(JSON.stringify({ ...rightPayload(), sub: "root" }));
  expect(await code(`${header}.${payload.toString("base64url")}.${signature}`)).toBe(
    "401 bad_token",
  );
});

test("a token that has ended says so, and one of an unknown key does not", async () => {
  const ended = Math.floor(Date.now() / 1_000) - 60;
  expect(await code(forged({ payload: { exp: ended } }))).toBe("401 expired_token");
  const stranger = deriveKey(other, "longshore API tokens 1");
  expect(await code(forged({ payload: { exp: ended }, key: stranger }))).toBe("401 bad_token");
});

test("a new key signs nobody out, and one that is taken away does", async () => {
  const old = await keys.sign("refresh", claims());
  const both = makeTokenKeys([other, secret]);
  expect(await both.verify("refresh", old)).toMatchObject({ sub: "ann" });
  const fresh = await both.sign("refresh", claims());
  expect(await code(fresh, "refresh")).toBe("401 bad_token");
  const after = makeTokenKeys([other]);
  expect(await after.verify("refresh", fresh)).toMatchObject({ sub: "ann" });
  await expect(after.verify("refresh", old)).rejects.toMatchObject({ code: "bad_token" });
  expect(both.keyId).toBe(after.keyId);
  expect(both.keyId).not.toBe(keys.keyId);
  // It tells nothing of its key.
  expect(secret.toString("hex")).not.toContain(keys.keyId);
  expect(key.toString("hex")).not.toContain(keys.keyId);
});

test("JWT_SECRET_KEY goes before the service's keys", () => {
  const identity = { tokenKeys: ["one of its own 0123", "an older 0123456789"] };
  const chosen = tokenSecrets({ identity } as Parameters<typeof tokenSecrets>[0], [secret]);
  expect(chosen.map(String)).toEqual(identity.tokenKeys);
  expect(tokenSecrets({}, [secret])).toEqual([secret]);
});

test("tokens of workers and of people are told apart, and never taken for each other", async () => {
  const work = makeWorkTokens([secret]);
  const ofWorker = await work.issue({}, 60);
  expect([isWorkToken(ofWorker), isWorkToken(forged()), isWorkToken("word")]).toEqual([
    true,
    false,
    false,
  ]);
  expect(await code(ofWorker)).toBe("401 bad_token");
  await expect(work.verify(forged())).rejects.toMatchObject({ code: "bad_token" });
});

test("secrets are random, and are compared as hashes of one length", () => {
  expect(newSecret()).toMatch(/^[\w-]{43}$/);
  expect(newSecret()).not.toBe(newSecret());
  expect(hashOf("a")).toHaveLength(32);
  expect(sameHash(hashOf("a"), hashOf("a"))).toBe(true);
  expect(sameHash(hashOf("a"), hashOf("b"))).toBe(false);
  expect(sameHash(hashOf("a"), hashOf("a").subarray(1))).toBe(false);
});

// What earlier versions signed with SECRET_KEY itself stays valid; new things are signed with keys
// that are derived for one purpose each.
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { attemptToken, readAttemptToken } from "../../src/facades/servicex/attempt-token.ts";
import { knownKey, originsOf, requestCredentials } from "../../src/s3/credentials.ts";
import { deriveKey } from "../../src/secrets.ts";
import { signUrl, verifySignature } from "../../src/storage/signing.ts";

const secret = Buffer.from("a secret of an earlier version");
const other = Buffer.from("another secret");
const request = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";
const signed = {
  verb: "GET",
  bucket: request,
  name: "a/b.parquet",
  expires: 4_000_000_000,
  audience: "public",
} as const;
const hmac = (key: Buffer, text: string) => createHmac("sha256", key).update(text);
const signatureIn = (url: string) => new URL(url).searchParams.get("signature") ?? "";

test("an object URL of an earlier version is valid, and a new one has another signature", () => {
  const fields = JSON.stringify(["object-url", "GET", request, signed.name, signed.expires]);
  const earlier = hmac(secret, fields).digest("base64url");
  expect(verifySignature(secret, signed, earlier)).toBe("good");
  expect(verifySignature(other, signed, earlier)).toBe("wrong");
  const now = signatureIn(signUrl("http://x", secret, signed));
  expect(now).not.toBe(earlier);
  expect(now).toBe(hmac(deriveKey(secret, "longshore object URLs 1"), fields).digest("base64url"));
  expect(verifySignature(secret, signed, now)).toBe("good");
  expect(verifySignature(secret, { ...signed, name: "a/c.parquet" }, now)).toBe("wrong");
});

test("an attempt's token of an earlier version is valid, and a new one differs", () => {
  const attempt = { request, step: 1, file: 7, attempt: 2 };
  const text = `${request}.1.7.2`;
  const proof = hmac(secret, `servicex-attempt\n${text}`).digest("base64url");
  const earlier = `${Buffer.from(text).toString("base64url")}.${proof}`;
  expect(readAttemptToken(secret, earlier)).toEqual(attempt);
  expect(readAttemptToken(other, earlier)).toBeUndefined();
  const now = attemptToken(secret, attempt);
  expect(now).not.toBe(earlier);
  expect(readAttemptToken(secret, now)).toEqual(attempt);
  expect(readAttemptToken(other, now)).toBeUndefined();
});

test("the S3 secret that an earlier version gave is among those that are tried", () => {
  const { accessKey, secretKey } = requestCredentials(secret, request, "read");
  const earlier = hmac(secret, `s3-credentials\n${accessKey}`).digest("base64url");
  expect(secretKey).not.toBe(earlier);
  const tried = originsOf([other, secret]).map((key) => knownKey(key, accessKey)?.secretKey);
  expect(tried).toEqual(expect.arrayContaining([secretKey, earlier]));
  expect(new Set(tried).size).toBe(4);
});

test("keys of different purposes differ", () => {
  const keys = (
    ["longshore object URLs 1", "longshore S3 keys 1", "longshore ServiceX attempts 1"] as const
  ).map((purpose) => deriveKey(secret, purpose).toString("hex"));
  expect(new Set([...keys, secret.toString("hex")]).size).toBe(4);
});

// What is taken for a token that a person holds of ServiceX.
import { expect, test } from "vitest";
import { importedClaims, mayBeImported, unverifiedClaims } from "../../src/auth/tokens/imported.ts";
import { servicexToken } from "../support/servicex-database.ts";

const key = "the-old-signing-key";
const claims = { type: "refresh", jti: "0b6d3d0e-3f2b-4c55-9d0a-6f3a3f6a1c11", sub: "sub-ann" };
const good = servicexToken(key, claims);

test("a refresh token that the key has signed by HS256", async () => {
  expect(mayBeImported(good)).toBe(true);
  expect(unverifiedClaims(good)).toEqual({ type: "refresh", jti: claims.jti });
  expect(await importedClaims(key, good)).toEqual({ type: "refresh", jti: claims.jti });
});

test.each<[string, string]>([
  ["an access token", servicexToken(key, { ...claims, type: "access" })],
  [
    "one that another algorithm signs",
    servicexToken(key, claims, { alg: "HS512", hash: "sha512" }),
  ],
  ["one without an id", servicexToken(key, { ...claims, jti: undefined })],
  ["one of more than 4,096 characters", servicexToken(key, { ...claims, x: "x".repeat(4_096) })],
  ["no token", "no token"],
])("not %s, neither at the import nor when it is used", async (_, token) => {
  expect(unverifiedClaims(token)).toBeUndefined();
  expect(await importedClaims(key, token)).toBeUndefined();
});

test.each<[string, string]>([
  ["that another key signs", servicexToken("another-key", claims)],
  ["that has ended", servicexToken(key, { ...claims, exp: 1_600_000_000 })],
])("when it is used, not one %s", async (_, token) => {
  expect(await importedClaims(key, token)).toBeUndefined();
});

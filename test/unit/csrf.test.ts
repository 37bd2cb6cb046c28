import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { csrfOf, requireCsrf, requireOwnOrigin } from "../../src/auth/csrf.ts";

const [old, young, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)];

describe("what a form proves", () => {
  const given = csrfOf({ signingKey: old }, "session");

  test("counts for its session, also after the key of the service has changed", () => {
    requireCsrf({ verifyingKeys: [old] }, "session", given);
    requireCsrf({ verifyingKeys: [young, old] }, "session", given);
  });

  test.each([
    ["another session", { verifyingKeys: [old] }, "other", given],
    ["another key", { verifyingKeys: [foreign] }, "session", given],
    ["nothing", { verifyingKeys: [old] }, "session", undefined],
    ["an empty field", { verifyingKeys: [old] }, "session", ""],
    ["a shorter text", { verifyingKeys: [old] }, "session", given.slice(1)],
  ] as const)("does not count for %s", (_what, keys, session, text) => {
    expect(() => requireCsrf(keys, session, text)).toThrow(/no page of this service/);
  });
});

describe("where a call by a session comes from", () => {
  const from = (headers: Record<string, string>, method = "POST") =>
    requireOwnOrigin({ headers, method }, "https://longshore.example/prefix");

  test.each([
    { origin: "https://longshore.example" },
    { origin: "https://longshore.example", "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "same-origin" },
  ])("%j is a page of ours", (headers) => {
    expect(() => from(headers)).not.toThrow();
  });

  test.each([
    {},
    { origin: "null" },
    { origin: "" },
    { origin: "http://longshore.example" },
    { origin: "https://longshore.example:8443" },
    { origin: "https://longshore.example.evil.example" },
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "none" },
  ])("%j is none, but may read", (headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "POST "])
      expect(() => from(headers, method), method).toThrow(/own pages alone/);
    for (const method of ["GET", "HEAD", "OPTIONS"])
      expect(() => from(headers, method)).not.toThrow();
  });
});

import { describe, expect, test } from "vitest";
import { type HeardAnswer, leaksIn, type Secret } from "../support/leaks/search.ts";

const value = "q7Zk-_3vT0pXw1mE9sBhUaYdGfJrLcNoIxKtVzWqRu4";
const secret: Secret = { name: "the key", value };
const answer = (text: string, more: Partial<HeardAnswer> = {}): HeardAnswer => ({
  method: "GET",
  url: "/v1/requests?limit=1",
  text,
  ...more,
});
const jwt = `${"a".repeat(30)}.${"b".repeat(30)}.${value}`;
const bearer = { authorization: `Bearer ${jwt}` };
const leaks = (answers: HeardAnswer[], log = "", secrets: Secret[] = []) =>
  leaksIn({ answers, secrets, logs: [{ name: "the log", text: log }] });

describe("a secret is found", () => {
  test.each([
    ["as it is", value],
    ["in an address", `https://host/path?token=${value}&x=1`],
    ["as base64 in a header", Buffer.from(value).toString("base64")],
    ["as base64url", Buffer.from(value).toString("base64url")],
    ["as its bytes in hex", Buffer.from(value).toString("hex")],
    ["as the bytes that it stands for", Buffer.from(value, "base64url").toString("hex")],
  ])("%s, in answers and logs", (_how, text) => {
    expect(leaks([answer(`{"x":"${text}"}`)], "", [secret])).toEqual([
      "the key in the answer to GET /v1/requests",
    ]);
    expect(leaks([], `{"msg":"a ${text}"}`, [secret])).toEqual(["the key in the log"]);
  });

  test.each(['quoted "twice" as JSON', "with a blank/in an address", "with:colon/of+the="])(
    "%s",
    (odd) => {
      const secrets = [{ name: "odd", value: odd }];
      for (const text of [odd, JSON.stringify(odd), encodeURIComponent(odd)])
        expect(leaks([answer(text)], "", secrets)).toHaveLength(1);
    },
  );

  test("where others stand beside it, each by its name", () => {
    const other = { name: "the other", value: "another-secret-of-this-test-1" };
    expect(leaks([answer(`${value} ${other.value}`)], "", [secret, other])).toHaveLength(2);
  });
});

describe("a credential is a secret by being sent", () => {
  test("a token in a header, of which the signature is secret", () => {
    const sent = answer("{}", bearer);
    expect(leaks([sent, answer(jwt)])).toEqual([
      "the token of GET /v1/requests in the answer to GET /v1/requests",
    ]);
    expect(leaks([sent], `x ${value} y`)).toEqual(["the token of GET /v1/requests in the log"]);
    expect(leaks([sent], "b".repeat(30))).toEqual([]);
  });

  test("a cookie, and a token in the path of a sidecar", () => {
    const cookie = answer("", { cookie: `a=b; longshore-session-8080=${value}` });
    expect(leaks([cookie], value)).toEqual([
      "the cookie longshore-session of GET /v1/requests in the log",
    ]);
    const url = `/servicex/internal/w/${value}/transformation/1/file-complete`;
    expect(leaks([answer("", { url, method: "PUT" })], value)).toHaveLength(1);
  });

  test("but no id, and nothing short", () => {
    const id = "0a1b2c3d-0000-4000-8000-00000000f00d";
    for (const sent of [id, "short"])
      expect(leaks([answer(sent, { authorization: `Bearer ${sent}` })], sent)).toEqual([]);
  });
});

describe("an answer may have what it gives", () => {
  const sent = answer("{}", bearer);
  test.each([
    "/v1/tokens",
    "/tokens",
    "/prefix/tokens/1/replace",
    "/oauth/token",
    "/token/refresh",
    "/v1/worker-tokens",
    "/v1/access-keys",
  ])("a token: POST %s alone", (url) => {
    expect(leaks([sent, answer(jwt, { method: "POST", url })])).toEqual([]);
    expect(leaks([sent, answer(jwt, { url })])).toHaveLength(1);
    expect(leaks([sent, answer(jwt, { method: "POST", url: `${url}/x` })])).toHaveLength(1);
  });

  test("the S3 keys of a request: its own calls alone", () => {
    const given = answer(`{"secret_key":"${value}"}`, { url: "/v1/requests/1/s3" });
    expect(leaks([given, answer(value, { url: "/requests/1/s3" })])).toEqual([]);
    expect(leaks([given, answer(value)])).toEqual([
      "a request's S3 key in the answer to GET /v1/requests",
    ]);
  });
});

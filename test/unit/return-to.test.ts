import { expect, test } from "vitest";
import { returnTo } from "../../src/settings/return-to.ts";

test.each([
  ["/", "/"],
  ["/requests/1?state=failed#files", "/requests/1?state=failed#files"],
  ["/requests/%E2%82%AC?x=%2F%2Felsewhere", "/requests/%E2%82%AC?x=%2F%2Felsewhere"],
  ["/requests/../docs", "/docs"],
  ["/%2F/elsewhere.example", "/%2F/elsewhere.example"],
])("%s is a place of ours", (text, place) => {
  expect(returnTo(text)).toBe(place);
});

test.each([
  undefined,
  "",
  "requests",
  "https://elsewhere.example/",
  "HTTPS:elsewhere.example",
  "javascript:alert(1)",
  "//elsewhere.example",
  "///elsewhere.example",
  "/\\elsewhere.example",
  "\\/elsewhere.example",
  "/\t/elsewhere.example",
  "/\n/elsewhere.example",
  "/.//elsewhere.example",
  "/..//elsewhere.example",
  "/x/..//elsewhere.example",
  "/%2e//elsewhere.example",
  "/\u0000",
  " //elsewhere.example",
  "/sign-in?go=1",
  "/sign-out",
  "/auth-callback?code=x",
  `/${"x".repeat(2_000)}`,
])("%j leads to the first page", (text) => {
  expect(returnTo(text)).toBe("/");
});

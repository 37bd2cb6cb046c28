import { expect, test } from "vitest";
import { httpUrl } from "../../src/client/cli/given/values.ts";
import { Longshore } from "../../src/client/client.ts";
import { readClientConfig } from "../../src/config.ts";
import { readServiceUrl } from "../../src/settings/service-url.ts";

const readers: [string, (url: string) => string][] = [
  ["LONGSHORE_URL", (url) => readClientConfig({ LONGSHORE_URL: url }).url],
  ["--url", httpUrl],
  ["the client", (url) => new Longshore({ url }).url],
];

const accepted = [
  ["http://127.0.0.1:5000", "http://127.0.0.1:5000"],
  ["https://host/longshore/", "https://host/longshore"],
  ["HTTP://Host:80//", "http://host"],
] as const;

const refused = [
  "",
  "host:5000",
  "ftp://host",
  "http://host/?a=b",
  "http://host/#a",
  "http://host/?",
  "http://host/#",
  "http://host?",
  "http://ann@host",
  "http://ann:hunter2@host",
  "ann:hunter2@host",
  "http://ann:hunter2@host:99999999",
  "http://ann:hun ter2@host",
];

test.each(accepted)("%s is the address %s", (url, address) => {
  expect(readServiceUrl(url)).toBe(address);
});

test.each(refused)("%j is no address of a service", (url) => {
  expect(readServiceUrl(url)).toBeUndefined();
});

test.each(readers)("%s keeps the rule, and no refusal quotes a password", (_, read) => {
  for (const [url, address] of accepted) expect(read(url)).toBe(address);
  for (const url of refused.filter((text) => text !== "")) {
    const error = refusalOf(() => read(url));
    expect(error.message).toContain(
      "http:// or https:// URL without a query, a user or a password",
    );
    expect(JSON.stringify([error.message, { ...error }, error.stack])).not.toMatch(/hun.?ter/);
  }
});

function refusalOf(read: () => string): Error {
  try {
    read();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It was accepted.");
}

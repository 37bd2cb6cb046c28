// The addresses that clients are given, where they are not those of the listener.
import { expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openListeners } from "../../src/http/listeners.ts";
import { silentLog } from "../../src/log.ts";

const anyPort = { PORT: "0", S3_PORT: "0" };

test("S3_URL is the address of the S3 endpoint that clients are given", async () => {
  const own = await openListeners(readConfig(anyPort), silentLog());
  const named = await openListeners(
    readConfig({ ...anyPort, S3_URL: "https://s3.example.org" }),
    silentLog(),
  );
  try {
    expect(own.urls.s3?.()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(named.urls.s3?.()).toBe("https://s3.example.org");
  } finally {
    await Promise.all([own, named].map((one) => one.close()));
  }
});

test("a process without the role api gives no address of S3, whatever S3_URL says", async () => {
  const env = { ...anyPort, ROLES: "scheduler", INTERNAL_URL: "http://api", OPS_PORT: "0" };
  const listeners = await openListeners(
    readConfig({ ...env, S3_URL: "https://s3.example.org" }),
    silentLog(),
  );
  expect(listeners.urls.s3).toBeUndefined();
  await listeners.close();
});

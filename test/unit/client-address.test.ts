import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { clientAddresses } from "../../src/auth/client-address.ts";

function addressOf(proxies: string[], remoteAddress: string | undefined, forwarded?: string) {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  // What Node gives of a call, as far as it counts here.
  const call = { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
  return clientAddresses(proxies)(call);
}

test("without trusted proxies a header says nothing", () => {
  expect(addressOf([], "127.0.0.1", "203.0.113.7")).toBe("127.0.0.1");
  expect(addressOf(["10.0.0.0/8"], "127.0.0.1", "203.0.113.7")).toBe("127.0.0.1");
  expect(addressOf(["127.0.0.2"], "127.0.0.1", "127.0.0.2, 203.0.113.7")).toBe("127.0.0.1");
});

test("behind a trusted proxy it is the address that the proxy was called from", () => {
  expect(addressOf(["loopback"], "127.0.0.1", "203.0.113.7")).toBe("203.0.113.7");
  expect(addressOf(["::1"], "::1", "2001:db8::7")).toBe("2001:db8::7");
  expect(addressOf(["10.0.0.0/8"], "10.1.2.3", undefined)).toBe("10.1.2.3");
});

test("what a client itself writes into the header counts for nothing", () => {
  expect(addressOf(["loopback"], "127.0.0.1", "198.51.100.1, 203.0.113.7")).toBe("203.0.113.7");
  // It claims to come from a proxy
  expect(addressOf(["10.0.0.0/8"], "10.0.0.1", "10.0.0.9, 203.0.113.7")).toBe("203.0.113.7");
});

test("a chain of proxies is followed as far as each of them is trusted", () => {
  const proxies = ["10.0.0.0/8", "192.0.2.4"];
  expect(addressOf(proxies, "10.0.0.1", "203.0.113.7, 192.0.2.4, 10.0.0.2")).toBe("203.0.113.7");
  expect(addressOf(proxies, "10.0.0.1", "203.0.113.7, 192.0.2.5, 10.0.0.2")).toBe("192.0.2.5");
});

test("text that is no address is passed over", () => {
  for (const text of ["unknown", "_hidden", "203.0.113.7:443", "<script>", "", ",,,", "1.2.3"])
    expect(addressOf(["loopback"], "127.0.0.1", text), text).toBe("127.0.0.1");
  expect(addressOf(["loopback"], "127.0.0.1", "203.0.113.7, secret")).toBe("127.0.0.1");
});

test("an address of the older version is written in its own way, and a lost connection has none", () => {
  expect(addressOf([], "::ffff:203.0.113.7")).toBe("203.0.113.7");
  expect(addressOf(["203.0.113.7"], "::ffff:203.0.113.7", "::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(addressOf(["loopback"], undefined, "203.0.113.7")).toBeUndefined();
});

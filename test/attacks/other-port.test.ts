// A user owns a domain below an allowed wildcard and lets a name in it resolve to this machine, to
// read from another person's program there.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertAllowed, checkedLookups, type Resolve } from "../../src/outside/address.ts";
import { allowedClient } from "../../src/outside/http-client.ts";

const servers: Server[] = [];
let allowed: number;
let another: number;

async function serve(answer: string): Promise<number> {
  const server = createServer((_request, response) => response.end(answer)).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  allowed = await serve("data");
  another = await serve("secret");
});
afterAll(() => {
  for (const server of servers) server.close();
});

/** What the user's name server says. */
const toHere: Resolve = (_name, _options, answer) =>
  answer(null, [{ address: "127.0.0.1", family: 4 }]);

async function read(url: string, hosts: string[]): Promise<string> {
  assertAllowed(url, hosts);
  const client = allowedClient(hosts, toHere);
  try {
    const { body } = await client.get(new URL(url), { signal: AbortSignal.timeout(60_000) });
    return await text(body);
  } finally {
    client.close();
  }
}

test("a name that resolves to an allowed private address reaches that port alone", async () => {
  const hosts = ["*.example.org", `127.0.0.1:${allowed}`];
  expect(await read(`http://mine.example.org:${allowed}/`, hosts)).toBe("data");
  await expect(read(`http://mine.example.org:${another}/`, hosts)).rejects.toThrow(
    new RegExp(`127.0.0.1 \\(loopback\\).*port ${another}`),
  );
  await expect(read(`http://127.0.0.1:${another}/`, hosts)).rejects.toThrow("INPUT_HOSTS");
});

test("an address without a port allows every port, as it says", async () => {
  expect(await read(`http://mine.example.org:${another}/`, ["*.example.org", "127.*"])).toBe(
    "secret",
  );
});

test("a name is not let in by an entry that is an address", async () => {
  for (const name of ["127.0.0.1.example.org", "127.example.org", "127.x"])
    await expect(read(`http://${name}:${allowed}/`, ["127.*"]), name).rejects.toThrow(
      "not in INPUT_HOSTS",
    );
});

test("an address is not let in by an entry that is a name, not even by *", async () => {
  for (const entry of ["*", "localhost", "*.0.0.x"])
    await expect(read(`http://127.0.0.1:${allowed}/`, [entry]), entry).rejects.toThrow(
      "not in INPUT_HOSTS",
    );
});

test("localhost is this machine, and another name that resolves to it is not", async () => {
  expect(await read(`http://localhost:${allowed}/`, ["localhost"])).toBe("data");
  const hosts = ["localhost", "*.example.org"];
  await expect(read(`http://mine.example.org:${allowed}/`, hosts)).rejects.toThrow("loopback");
});

test("a name with a port is for that port", async () => {
  const hosts = [`*.example.org:${allowed}`, "127.0.0.1"];
  expect(await read(`http://mine.example.org:${allowed}/`, hosts)).toBe("data");
  await expect(read(`http://mine.example.org:${another}/`, hosts)).rejects.toThrow(
    "not in INPUT_HOSTS",
  );
});

describe("addresses in all their forms", () => {
  test.each([
    ["http://[::1]:8080/", "[::1]:8080"],
    ["http://[::1]/", "::1"],
    ["http://[::ffff:10.1.2.3]/", "10.1.*"],
    ["http://10.1.2.3/", "[::ffff:10.1.2.3]"],
    ["http://[fd00:0:0:0::7]/", "[fd00::*]"],
    ["http://2130706433/", "127.0.0.1"],
    ["https://10.1.2.3/", "10.1.2.3:443"],
  ])("%s is allowed by %s", (url, entry) => {
    expect(() => assertAllowed(url, [entry])).not.toThrow();
  });

  test.each([
    ["http://[::1]:8081/", "[::1]:8080"],
    ["http://10.10.2.3/", "10.1.*"],
    ["http://10.1.2.3/", "10.1.2.3:443"],
    ["http://[::127.0.0.1]/", "127.0.0.1"],
  ])("%s is refused with %s", (url, entry) => {
    expect(() => assertAllowed(url, [entry])).toThrow("not in INPUT_HOSTS");
  });

  test.each([
    "10.0.0.1",
    "169.254.169.254",
    "::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
  ])("a name that resolves to %s is refused where only names are listed", (address) => {
    const family = address.includes(":") ? 6 : 4;
    const resolve: Resolve = (_name, _options, answer) =>
      answer(null, [
        { address: "93.184.216.34", family: 4 },
        { address, family },
      ]);
    checkedLookups(["*"], resolve)(80)("mine.example.org", { all: true }, (error) => {
      expect(error?.message).toContain("which is not public");
    });
    expect.assertions(1);
  });
});

// Errors of the system itself, provoked here, in words.
import { execFile } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UnavailableError } from "../../src/errors.ts";
import { listen } from "../../src/http/listen.ts";
import { inWords, systemProblem } from "../../src/system-problem.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";

const folder = temporaryFolder("system-problem");
const at = (name: string) => join(folder, name);
let plain: Server;

beforeAll(async () => {
  mkdirSync(at("folder"));
  writeFileSync(at("file"), "");
  writeFileSync(at("program"), "");
  chmodSync(at("program"), 0o600);
  symlinkSync(at("loop"), at("loop"));
  plain = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  plain.close();
  rmSync(folder, { recursive: true });
});

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error("Nothing was rejected.")),
    (error: unknown) => error,
  );

const started = (program: string) =>
  new Promise((resolve) => {
    execFile(program, resolve);
  });

function fillDisk(): void {
  const disk = openSync("/dev/full", "w");
  try {
    writeSync(disk, "x");
  } finally {
    closeSync(disk);
  }
}

test.each<[string, () => unknown, RegExp]>([
  ["a missing file", () => readFileSync(at("none")), /^it does not exist \(ENOENT\); check/],
  [
    "a file as a folder",
    () => readFileSync(at("file/x")),
    /is a file, not a folder \(ENOTDIR\); check the path$/,
  ],
  ["a folder as a file", () => readFileSync(at("folder")), /^it is a folder \(EISDIR\); give a/],
  ["a loop of links", () => readFileSync(at("loop")), /links form a loop \(ELOOP\); give another/],
  [
    "a long name",
    () => readFileSync(at("x".repeat(300))),
    /too long for the file system \(ENAMETOOLONG\); give a shorter one$/,
  ],
  ["a name that is taken", () => mkdirSync(at("folder")), /^it exists already \(EEXIST\); give/],
])("%s", (_name, work, words) => {
  expect(inWords(thrown(work))).toMatch(words);
});

test.skipIf(!existsSync("/dev/full"))("a full disk", () => {
  expect(inWords(thrown(fillDisk))).toBe("no space is left on the device (ENOSPC); make room");
});

test("a program that is missing, or may not be executed, is no path of a user's", async () => {
  expect(inWords(await started(at("none")))).toMatch(
    /^the program was not found \(ENOENT\); check/,
  );
  expect(inWords(await started(at("program")))).toMatch(/may not be executed \(EACCES\); check/);
});

test("a connection that is refused, alone or behind several addresses", async () => {
  const words =
    "nothing listens there (ECONNREFUSED); check the address and port, and that it is running";
  const [port = 0] = await freePorts(1);
  const alone = await new Promise((resolve) => connect(port, "127.0.0.1").on("error", resolve));
  expect(inWords(alone)).toBe(words);
  expect(inWords(await rejection(fetch(`http://127.0.0.1:${port}`)))).toBe(words);
  expect(inWords(await rejection(fetch(`http://localhost:${port}`)))).toBe(words);
  expect(inWords(await rejection(fetch("http://127.0.0.1:1")))).toMatch(/^browsers and `fetch`/);
  expect(inWords(new UnavailableError("away", 2, { cause: alone }))).toBe(words);
});

test("a host that is not there, or a name server that is away", async () => {
  const error = await rejection(fetch("http://longshore.invalid"));
  expect(inWords(error)).toMatch(
    /^(there is no such host \(ENOTFOUND\)|the host cannot be looked)/,
  );
});

test("a server without TLS", async () => {
  const { port } = plain.address() as AddressInfo;
  const error = await rejection(fetch(`https://127.0.0.1:${port}`));
  expect(inWords(error)).toMatch(
    /^(the server there does not speak TLS|the TLS handshake failed) \(.*\); check the port/,
  );
});

test("a port that is taken, or an address of another machine, names its setting", async () => {
  const { port } = plain.address() as AddressInfo;
  await expect(listen("127.0.0.1", port, "PORT", () => undefined)).rejects.toThrow(
    /^Port \d+ of 127\.0\.0\.1 is taken by another program\. .* by PORT/,
  );
  await expect(listen("192.0.2.1", 0, "PORT", () => undefined)).rejects.toThrow(/HOST is/);
});

test("time that is up is silence, and other errors keep their sentences", async () => {
  const silent = await rejection(
    new Promise((_, reject) => {
      const signal = AbortSignal.timeout(1);
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
  );
  expect(inWords(silent)).toMatch(/^nothing answered in time \(TimeoutError\); check/);
  expect(systemProblem(new Error("No."))).toBeUndefined();
  expect(inWords(new Error("No such thing."))).toBe("No such thing");
  expect(inWords(Object.assign(new Error("x"), { code: "toString" }))).toBe("x");
});

// Reasons of files, requests and readiness where the network refuses something: in words.
import { rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFinders } from "../../src/datasets/finders/index.ts";
import { connectProblem } from "../../src/db/connect-problem.ts";
import { fetchInput } from "../../src/inputs/fetch.ts";
import { loggerTo, silentLog } from "../../src/log.ts";
import { BrokerConnection } from "../../src/queue/rabbitmq/connection.ts";
import { explained } from "../../src/system-problem.ts";
import { uploadFile } from "../../src/worker/upload.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("system-reasons");
const signal = AbortSignal.timeout(60_000);
const refused =
  "nothing listens there (ECONNREFUSED); check the address and port, and that it is running";
const hosts = ["127.0.0.1", "longshore.invalid"];
let port: number;

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  writeFileSync(join(folder, "result"), "x");
});
afterAll(() => rmSync(folder, { recursive: true }));

const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "",
    (error: Error) => error.message,
  );

test("an input of a server that is not there", async () => {
  const bounds = {
    folders: { roots: [folder], closed: [] },
    hosts,
    trusted: [],
    megabytes: 1,
    scratch: join(folder, "scratch"),
    signal,
  };
  const address = `http://127.0.0.1:${port}/a.csv`;
  expect(await messageOf(fetchInput(address, bounds))).toBe(
    `${address} could not be read: ${refused}.`,
  );
  const name = "x".repeat(300);
  expect(await messageOf(fetchInput(join(folder, name), bounds))).toMatch(
    /not be read: its name is too long for the file system \(ENAMETOOLONG\); give a shorter one\.$/,
  );
});

test("a result whose store is not there", async () => {
  const upload = {
    name: "result",
    method: "PUT" as const,
    url: `http://127.0.0.1:${port}/bucket/result`,
  };
  expect(await messageOf(uploadFile(upload, join(folder, "result"), signal))).toBe(
    `The result could not be sent to the store: ${refused}.`,
  );
}, 60_000);

test("an index page of a host that is not there", async () => {
  const finders = makeFinders({
    inputFolders: { roots: [folder], closed: [] },
    inputHosts: hosts,
    finderLimits: { files: 10, folders: 10 },
  });
  const finder = finders.get("dir+http");
  const found = finder?.find("longshore.invalid/data", async () => undefined, signal);
  const reason = await found?.then(
    (outcome) => ("reason" in outcome ? outcome.reason : ""),
    // Where no name server answers, the lookup is tried again.
    (error: Error & { code?: string }) => error.code,
  );
  const words = "there is no such host (ENOTFOUND); check its name";
  expect([`The server longshore.invalid cannot be read: ${words}.`, "EAI_AGAIN"]).toContain(reason);
});

test("a broker that is not there", async () => {
  const broker = new BrokerConnection({
    url: `amqp://127.0.0.1:${port}`,
    name: "test",
    log: silentLog(),
    patienceMilliseconds: 100,
  });
  await until(async () => {
    const message = await messageOf(broker.check());
    return message === `The broker at 127.0.0.1:${port} cannot be used: ${refused}.`;
  });
  await broker.close();
});

test("a database behind a certificate that is not known", () => {
  const error = Object.assign(new Error("self-signed certificate"), {
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
  expect(connectProblem(error)).toMatch(
    /^its certificate is self-signed \(DEPTH_.*\); set NODE_EXTRA_CA_CERTS to a file with /,
  );
});

test("the log says what an error of the system means, where its own message does not", async () => {
  const lines: string[] = [];
  const log = loggerTo({ write: (line) => void lines.push(line) });
  const refusal = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), {
    code: "ECONNREFUSED",
    syscall: "connect",
  });
  log.warn({ err: refusal }, "claiming work failed; trying again");
  log.warn({ err: new Error("A rule was broken.") }, "it ends");
  const missing = join(folder, "none");
  await readdir(missing).catch((err) => log.warn({ err }, "what the log says of itself"));
  const behind = await readdir(missing).catch((err) => new Error("No look.", { cause: err }));
  expect(explained(behind)).toBe("No look: it does not exist (ENOENT); check the path");
  const cause = new Error(`It cannot be used: ${refused}.`, { cause: refusal });
  log.warn({ err: cause }, "said already");
  expect(lines.map((line) => JSON.parse(line).err.message)).toEqual([
    `connect ECONNREFUSED 127.0.0.1:1: ${refused}`,
    "A rule was broken.",
    `ENOENT: no such file or directory, scandir '${missing}'`,
    `It cannot be used: ${refused}.: ${refusal.message}`,
  ]);
});

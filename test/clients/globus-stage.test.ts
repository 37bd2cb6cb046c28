// Our staging program for Globus, and those of LTFSEE Globus as published where LTFSEE_CHECKOUT
// names a checkout, as Globus runs them: one process a file, by the environment alone.
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { authKey, here } from "../facades/tape/globus.ts";
import { openStageSuite, type StageSuite } from "../operations/stage/suite.ts";
import { until } from "../support/wait.ts";

const own = fileURLToPath(new URL("../../clients/globus_stage.py", import.meta.url));
const checkout = process.env.LTFSEE_CHECKOUT;
const python = process.env.LTFSEE_PYTHON ?? "python3";
const task = "535f580c-aaaa-11eb-8a5d-0eb1aaaaaaaa";

let suite: StageSuite;
beforeEach(async () => {
  suite = await openStageSuite("in the scheduler", {
    ...here,
    env: { ...here.env, STAGE_BATCH_SECONDS: "0.3" },
  });
});
afterEach(() => suite.close());

const listening = (server: Server) =>
  new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

interface Ran {
  exit: number;
  output: string;
  errors: string;
}

function run(program: string, path: string, env: Record<string, string> = {}): Promise<Ran> {
  const given = {
    PATH: process.env.PATH ?? "",
    GLOBUS_STAGE_PATH: path,
    GLOBUS_STAGE_TASKID: task,
    AUTH_KEY: authKey,
    LTFSEE_URL: suite.api.url,
    ...env,
  };
  return new Promise((resolve) => {
    execFile(python, [program], { env: given }, (error, output, errors) => {
      const { code = 0 } = (error ?? {}) as { code?: number };
      resolve({ exit: code, output, errors });
    });
  });
}

const published = ["client/simple_client.py", "client/advanced_client.py"].map((name) =>
  join(checkout ?? "", name),
);
const programs = [own, ...(checkout ? published : [])];

describe.each(programs)("%s", (program) => {
  const advanced = (): Record<string, string> => {
    if (!program.includes("advanced")) return {};
    const map = join(suite.tape.folder, "auto.map");
    writeFileSync(map, `${suite.tape.root.split("/").at(-1)} -rw host:${suite.tape.root}\n`);
    const depth = String(suite.tape.root.split("/").length);
    return { AUTOFS: map, DEPTH: depth };
  };

  test("archived until the recall has ended, then resident; each with 0", async () => {
    const [path = ""] = suite.tape.put(["a file.nc"]);
    suite.tape.set({ HELD: [path] });
    expect(await run(program, path, advanced())).toMatchObject({ exit: 0, output: "archived\n" });
    await until(() => suite.tape.recalls().length === 1);
    expect(await run(program, path, advanced())).toMatchObject({ exit: 0, output: "archived\n" });
    suite.tape.set({ HELD: [] });
    await until(async () => (await run(program, path, advanced())).output === "resident\n");
    expect(suite.tape.recalls()).toHaveLength(1);
  });

  test("2 for a file that is not there, 255 for what else is wrong", async () => {
    const [path = ""] = suite.tape.put(["a.nc"]);
    expect((await run(program, join(suite.tape.root, "gone"), advanced())).exit).toBe(2);
    expect((await run(program, path, { ...advanced(), AUTH_KEY: "wrong" })).exit).toBe(255);
    suite.tape.set({ EXIT: 1 });
    expect((await run(program, path, advanced())).exit).toBe(255);
  });
});

describe("ours", () => {
  test("a path is that of the server: by a map of autofs", async () => {
    const { tape } = suite;
    const [path = ""] = tape.put(["d/a.nc"], { state: "R" });
    const map = join(tape.folder, "auto.map");
    writeFileSync(map, `other -rw host:/nowhere\nbleu -rw,hard host:${join(tape.root, "d")}\n`);
    expect(existsSync(path)).toBe(true);
    const named = "/nfs/dataden/bleu/a.nc";
    expect(await run(own, named, { AUTOFS: map })).toMatchObject({ output: "resident\n" });
    expect(await run(own, named, { AUTOFS: map, DEPTH: "3" })).toMatchObject({ exit: 255 });
    expect(await run(own, "/nfs/a", { AUTOFS: map })).toMatchObject({ exit: 255 });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["no key", { AUTH_KEY: "" }, /AUTH_KEY is not set/],
    ["no task", { GLOBUS_STAGE_TASKID: "" }, /GLOBUS_STAGE_TASKID is not set/],
    ["a time that is none", { TIMEOUT: "soon" }, /TIMEOUT is 'soon'/],
    ["a time without end", { TIMEOUT: "inf" }, /TIMEOUT is 'inf'/],
    ["an address with a blank", { LTFSEE_URL: "http://127.0.0.1:1/a b" }, /cannot be reached/],
    ["nobody at the address", { LTFSEE_URL: "http://127.0.0.1:1" }, /cannot be reached/],
    ["an address that is none", { LTFSEE_URL: "nonsense" }, /cannot be reached/],
    ["a map that is not there", { AUTOFS: "/nowhere/map" }, /\/nowhere\/map cannot be read/],
  ])("%s: 255 and a sentence", async (_, env, sentence) => {
    const path = join(suite.tape.root, "x/y/z/a.nc");
    const ran = await run(own, path, env);
    expect([ran.exit, ran.output]).toEqual([255, ""]);
    expect(ran.errors).toMatch(sentence);
    expect(ran.errors).not.toContain("Traceback");
  });

  test("a file is not missing because the address is wrong", async () => {
    const ran = await run(own, "/gpfs/a", { LTFSEE_URL: `${suite.api.url}/elsewhere` });
    expect([ran.exit, ran.output]).toEqual([255, ""]);
    expect(ran.errors).toMatch(/answered with 404/);
  });

  test("the key is sent nowhere else by a redirect", async () => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers["x-api-key"]);
      response.writeHead(201).end('{"state": "resident"}');
    });
    const first = createServer((request, response) => {
      const { port } = other.address() as AddressInfo;
      request.resume();
      response.writeHead(302, { location: `http://localhost:${port}/x` }).end();
    });
    for (const one of [other, first]) await listening(one);
    const url = `http://127.0.0.1:${(first.address() as AddressInfo).port}`;
    const ran = await run(own, "/gpfs/a", { LTFSEE_URL: url });
    expect([ran.exit, ran.output, seen]).toEqual([255, "", []]);
    expect(ran.errors).toMatch(/answered with 302/);
    for (const one of [other, first]) one.close();
  });

  test.each(["SSH-2.0-x\r\n", "HTTP/1.1 201 OK\r\nContent-Length: 50\r\n\r\n{"])(
    "an answer that is none is 255 and a sentence: %j",
    async (words) => {
      const server = createNetServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(words));
      });
      await listening(server);
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const ran = await run(own, "/gpfs/a", { LTFSEE_URL: url });
      expect([ran.exit, ran.output]).toEqual([255, ""]);
      expect(ran.errors).toMatch(/cannot be reached/);
      expect(ran.errors).not.toContain("Traceback");
      server.close();
    },
  );

  test("TIMEOUT is a number of seconds, after which a call is given up", async () => {
    const [path = ""] = suite.tape.put(["a.nc"]);
    suite.tape.set({ HANG_MS: 20_000 });
    const began = performance.now();
    expect((await run(own, path, { TIMEOUT: "0.5" })).exit).toBe(255);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

// Debian's gfal2 over https, with an authority of the test's own: bring files online, wait for
// them, ask where they are, release them.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeTape, type Tape } from "../operations/stage/tape.ts";
import { type Authority, makeAuthority } from "../support/certificates.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { authoritiesOf, type Gfal, makeGfal, needGfal } from "../support/gfal.ts";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("gfal");
let key: string;
let accessToken: string;
let tape: Tape;
let service: Service;
let authority: Authority;
let gfal: Gfal;
let trusted: string;
let port = 0;

beforeAll(async () => {
  needGfal();
  authority = makeAuthority(folder);
  const { cert, key: certificateKey } = authority.issue("localhost", ["DNS:localhost"]);
  tape = makeTape();
  [port = 0] = await freePorts(1);
  service = await startService({
    ...tape.env,
    PORT: String(port),
    TLS_CERT: cert,
    TLS_KEY: certificateKey,
    PUBLIC_URL: `https://localhost:${port}`,
    INPUT_ROOTS: tape.root,
    OPERATIONS: "transform,stage",
    ENABLE_AUTH: "true",
  });
  const { databaseUrl = "", dataDir } = service;
  const here = { ENABLE_AUTH: "true", DATABASE_URL: databaseUrl, DATA_DIR: dataDir };
  const person = (...words: string[]) => cli(["user", "create", ...words], here);
  const ann = await person("Ann");
  const token = await person("Root", "--admin", "--token");
  const remote = {
    LONGSHORE_URL: service.url,
    LONGSHORE_TOKEN: token,
    NODE_EXTRA_CA_CERTS: authority.path,
  };
  const limits = ["--owner", ann, "--facade", "tape-rest", "--roots", tape.root];
  key = await cli(["key", "create", "fts", ...limits], remote);
  const { access_token } = await read<{ access_token: string }>("/token/refresh", token, "POST");
  accessToken = access_token;
  trusted = authoritiesOf(authority.path, join(folder, "trusted"));
  gfal = makeGfal({ token: key, authorities: trusted });
});
afterAll(async () => {
  await service?.remove();
  tape?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const program = fileURLToPath(new URL("gfal_stage.py", import.meta.url));
/** How the file stands in each request that has it. */
async function statesOf(path = ""): Promise<string[]> {
  const { items } = await read<{ items: { id: string }[] }>("/v1/requests");
  const query = `files?prefix=${encodeURIComponent(path)}`;
  const pages = items.map(({ id }) =>
    read<{ items: { state: string }[] }>(`/v1/requests/${id}/${query}`),
  );
  return (await Promise.all(pages)).flatMap((page) => page.items.map(({ state }) => state));
}

function read<Body>(path: string, bearer = accessToken, method = "GET"): Promise<Body> {
  const headers = { authorization: `Bearer ${bearer}` };
  const at = { host: "localhost", port, path, method, headers };
  return new Promise((resolve, reject) => {
    const asked = request({ ...at, ca: readFileSync(authority.path) }, (response) => {
      json(response).then((body) => resolve(body as Body), reject);
    });
    asked.on("error", reject).end();
  });
}

/** What a command of ours prints. */
async function cli(words: string[], env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await runCli(words, { env });
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

const urlOf = (path = "") => `davs://localhost:${port}${path}`;

test("gfal-bringonline waits until a file has come from tape, and is told why one does not", async () => {
  const [path = ""] = tape.put(["waits.nc"]);
  tape.set({ HELD: [path] });
  const queued = await gfal.run("bringonline", urlOf(path));
  expect(queued).toMatchObject({ exit: 0, output: `${urlOf(path)} QUEUED\n` });
  await until(() => tape.timesRecalled().get(path) === 1);
  const metadata = ["--pin-lifetime", "3600", "--staging-metadata", '{"longshore": {"for": "x"}}'];
  const waiting = gfal.run("bringonline", "--polling-timeout", "60", ...metadata, urlOf(path));
  await until(async () => (await statesOf(path)).length === 2);
  tape.set({ HELD: [] });
  expect((await waiting).output.trimEnd().split("\n").at(-1)).toBe(`${urlOf(path)} READY`);
  expect(tape.timesRecalled().get(path)).toBe(1);
  const gone = urlOf(join(tape.root, "gone"));
  const failed = await gfal.run("bringonline", "--polling-timeout", "60", gone);
  expect(failed.output).toMatch(/FAILED: \[Tape REST API\] There is no file/);
});

test("many files by one list; gfal-archivepoll, gfal-xattr and gfal-evict say what they are", async () => {
  const onTape = tape.put(["many/m1.nc", "many/m2.nc"]);
  const onDisk = tape.put(["many/r.nc"], { state: "R", tapes: [] });
  const list = join(folder, "list");
  writeFileSync(list, [...onTape, ...onDisk].map((path) => `${urlOf(path)}\n`).join(""));
  const polled = await gfal.run("archivepoll", "--from-file", list);
  const lines = polled.output.trimEnd().split("\n");
  expect(new Set(lines)).toEqual(
    new Set([...onTape.map((path) => `${urlOf(path)} READY`), `${urlOf(onDisk[0])} QUEUED`]),
  );
  const status = async (path = "") =>
    (await gfal.run("xattr", urlOf(path), "user.status")).output.trim();
  expect([await status(onTape[0]), await status(onDisk[0])]).toEqual(["NEARLINE", "ONLINE"]);
  const came = await gfal.run("bringonline", "--polling-timeout", "60", "--from-file", list);
  // It names what is there at each of its polls.
  const ready = came.output.split("\n").filter((line) => line.endsWith(" READY"));
  expect(new Set(ready)).toEqual(
    new Set([...onTape, ...onDisk].map((path) => `${urlOf(path)} READY`)),
  );
  expect(await status(onTape[0])).toBe("ONLINE_AND_NEARLINE");
  expect(await gfal.run("evict", urlOf(onTape[0]))).toEqual({ exit: 0, output: "", errors: "" });
});

test("gfal2's library stages, polls, cancels and releases by the id, as FTS does", async () => {
  const paths = tape.put(["lib/1.nc", "lib/2.nc", "lib/3.nc"]);
  tape.set({ HELD: paths });
  const urls = [...paths, join(tape.root, "gone")].map(urlOf);
  const running = gfal.python(program, { urls, canceled: [urls[1]] });
  await until(async () => (await statesOf(paths[1])).includes("canceled"));
  tape.set({ HELD: [] });
  const { output, errors } = await running;
  expect(errors).toBe("");
  const said = JSON.parse(output) as Record<string, unknown>;
  const notYet = [11, expect.stringContaining("is not yet on disk")];
  expect(said).toEqual({
    began: urls.map(() => "done"),
    first: urls.map(() => notYet),
    abort: ["done"],
    polled: [
      "done",
      // It looks for the word with one L, which is not that of the API.
      [expect.any(Number), expect.stringContaining("CANCELLED")],
      "done",
      [expect.any(Number), expect.stringContaining("There is no file")],
    ],
    release: urls.map(() => "done"),
  });
});

test("a token that is none, or none at all, gets nothing; a path outside of the key's folders fails", async () => {
  const [path = ""] = tape.put(["none.nc"]);
  for (const token of ["nonsense", undefined]) {
    const stranger = makeGfal({ ...(token !== undefined && { token }), authorities: trusted });
    const refused = await stranger.run("bringonline", urlOf(path));
    expect(refused.output, refused.errors).toContain("FAILED: [Tape REST API]");
  }
  const outside = await gfal.run("archivepoll", urlOf("/etc/passwd"));
  expect(outside.output).toContain("is not in a folder whose files may be recalled");
  expect(tape.timesRecalled().get(path)).toBeUndefined();
});

test("gfal2 sends its token to no host whose authority it does not trust", async () => {
  const [path = ""] = tape.put(["wary.nc"]);
  mkdirSync(join(folder, "empty"));
  const wary = makeGfal({ token: key, authorities: join(folder, "empty") });
  const refused = await wary.run("bringonline", urlOf(path));
  expect(refused.output).toContain("FAILED: [Tape REST API]");
  expect(refused.output).toContain("issuer is not trusted");
  expect(tape.timesRecalled().get(path)).toBeUndefined();
});

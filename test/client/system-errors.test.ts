// What the command line says where the system refuses something: what was tried, why, what helps.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer, type Server as PlainServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";

const folder = temporaryFolder("system-errors");
const certificate = join(folder, "cert.pem");
let secure: Server;
let plain: PlainServer;

beforeAll(async () => {
  const key = join(folder, "key.pem");
  execFileSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=store.example"],
  ]);
  secure = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (_, answer) => void answer.end("{}"),
  );
  plain = createPlainServer((_, answer) => void answer.end("{}"));
  for (const server of [secure, plain])
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  writeFileSync(join(folder, "receipt.json"), "{}");
  writeFileSync(join(folder, "file"), "");
});
afterAll(() => {
  for (const server of [secure, plain]) server.close();
  rmSync(folder, { recursive: true });
});

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const longshore = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCli(args, { cwd: folder, env: { DATA_DIR: join(folder, "data"), ...env } });

test("a certificate of an authority that is not known: which setting names it", async () => {
  const url = `https://127.0.0.1:${portOf(secure)}`;
  const { code, stderr } = await longshore(["list", "--url", url]);
  expect({ code, stderr }).toEqual({
    code: 4,
    stderr:
      `longshore: No Longshore service answers at ${url} (DEPTH_ZERO_SELF_SIGNED_CERT): its ` +
      "certificate is self-signed; set NODE_EXTRA_CA_CERTS to a file with that certificate.\n",
  });
  const trusted = await longshore(["list", "--url", url], { NODE_EXTRA_CA_CERTS: certificate });
  expect(trusted.code).toBe(4);
  expect(trusted.stderr).toContain("(ERR_TLS_CERT_ALTNAME_INVALID): its certificate is for");
  expect(trusted.stderr).not.toContain("Start one with");
});

test("https where http is spoken, a port where nothing listens, and a host that is not there", async () => {
  const wrong = await longshore(["list", "--url", `https://127.0.0.1:${portOf(plain)}`]);
  expect(wrong.stderr).toMatch(/(not speak TLS|handshake failed); check the port and the scheme/);
  const [port = 0] = await freePorts(1);
  const silent = await longshore(["list", "--url", `http://127.0.0.1:${port}`]);
  expect(silent.stderr).toContain(
    `http://127.0.0.1:${port} (ECONNREFUSED): nothing listens there; check the address and port, ` +
      "and that it is running.\nStart one with",
  );
  const nowhere = await longshore(["list", "--url", "http://longshore.invalid"]);
  expect(nowhere.stderr).toMatch(/\((ENOTFOUND\): there is no such host|EAI_AGAIN\): the host)/);
  expect([wrong.code, silent.code, nowhere.code]).toEqual([4, 4, 4]);
});

test("keys of receipts at an address where nothing listens", async () => {
  const [port = 0] = await freePorts(1);
  const keys = `http://127.0.0.1:${port}/keys`;
  const asked = ["receipt", "--verify", "receipt.json", "--key", keys];
  const { code, stderr } = await longshore(asked);
  expect(code).toBe(2);
  expect(stderr).toContain(
    `${keys} cannot be read: nothing listens there (ECONNREFUSED); check the address`,
  );
});

test("commands that open the database say where nothing listens", async () => {
  for (const command of ["audit", "migrate"]) {
    const { code, stderr } = await longshore([command], {
      DATABASE_URL: "postgresql://someone@127.0.0.1:1/x",
    });
    expect(code).toBe(4);
    expect(stderr).toMatch(/nothing listens there/);
    expect(stderr).not.toMatch(/connect ECONN|\n\s+at /);
  }
});

test("a service whose data folder has a file where a folder should be says which", async () => {
  const data = join(folder, "data");
  mkdirSync(data);
  writeFileSync(join(data, "secrets"), "");
  const ports = { PORT: "0", S3_PORT: "0" };
  const { code, stderr } = await longshore(["start"], { DATA_DIR: data, ...ports });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /The service cannot run: .*\/data\/secrets.*: .* \((EEXIST|ENOTDIR)\); (check|give)/,
  );
});

test("a data folder below a file says so in words", async () => {
  const { code, stderr } = await longshore(["start"], { DATA_DIR: join(folder, "file/data") });
  expect(code).toBe(2);
  expect(stderr).toContain(
    "no folder can be made there (ENOTDIR): a part of its path is a file, not a folder. Set it",
  );
});

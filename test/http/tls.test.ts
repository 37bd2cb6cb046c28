// A service that speaks TLS itself, with certificates that openssl made.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, makeApiServer } from "../../src/http/listen.ts";
import { openTls } from "../../src/http/tls.ts";
import { loggerTo } from "../../src/log.ts";
import { ConfigError } from "../../src/settings/config-error.ts";
import { type Authority, type IssuedFiles, makeAuthority } from "../support/certificates.ts";
import { cliEnvironment, type Running, runCli, startCli, startProgram } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { type Service, startProcess, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";

const folder = temporaryFolder("tls");
const names = ["DNS:localhost", "IP:127.0.0.1"];
let authority: Authority;
let files: IssuedFiles;
const silent = loggerTo({ write: () => undefined });

beforeAll(() => {
  authority = makeAuthority(folder);
  files = authority.issue("first", names);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a service with TLS_CERT and TLS_KEY", () => {
  const data = join(folder, "data");
  let service: Service;
  let ports: Record<"PORT" | "INTERNAL_PORT" | "OPS_PORT" | "S3_PORT", number>;
  let worker: Running | undefined;

  beforeAll(async () => {
    mkdirSync(data);
    for (const name of ["a", "b"]) writeFileSync(join(data, `${name}.csv`), "x\n1\n2\n");
    const [PORT = 0, INTERNAL_PORT = 0, OPS_PORT = 0, S3_PORT = 0] = await freePorts(4);
    ports = { PORT, INTERNAL_PORT, OPS_PORT, S3_PORT };
    service = await startService({
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
      TLS_CERT: files.cert,
      TLS_KEY: files.key,
      PUBLIC_URL: `https://localhost:${PORT}`,
      RUNNER: "external",
      INPUT_ROOTS: data,
    });
  });
  afterAll(async () => {
    worker?.child.kill("SIGTERM");
    await worker?.ended;
    await service?.remove();
  });

  const trusting = (more = {}) => ({ NODE_EXTRA_CA_CERTS: authority.path, ...more });
  const token = () => readFileSync(join(service.dataDir, "local-token"), "utf8").trim();

  test("every port speaks TLS, and none of them plain HTTP", async () => {
    for (const [name, port] of Object.entries(ports)) {
      expect(await subjectAt(port), name).toBe("first");
      await expect(fetch(`http://127.0.0.1:${port}/healthz`), name).rejects.toThrow();
    }
    expect(service.stdout()).toContain(
      `ready at https://localhost:${ports.PORT}, S3 at https://localhost:${ports.S3_PORT}\n`,
    );
  });

  test("a worker on another host needs the authority, and then does the work", async () => {
    const url = `https://localhost:${ports.INTERNAL_PORT}`;
    const args = ["worker", "--url", url, "--operations", "transform"];
    const stranger = startCli(args, { env: { LONGSHORE_TOKEN: token() } });
    await until(() => stranger.stderr().includes("set NODE_EXTRA_CA_CERTS"));
    stranger.child.kill("SIGTERM");
    await stranger.ended;
    worker = startCli(args, { env: trusting({ LONGSHORE_TOKEN: token() }) });

    const out = join(folder, "out");
    const submit = ["submit", "--files", join(data, "*.csv"), "--wait", "--download", out];
    const words = ["--sql", "select sum(x) as s from input", "--format", "csv"];
    const env = trusting({ LONGSHORE_URL: service.url, LONGSHORE_TOKEN: token() });
    const { code, stdout, stderr } = await runCli([...submit, ...words], { env });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(join(out, "b.csv"));
    expect(readFileSync(join(out, "a.csv"), "utf8")).toBe("s\n3\n");
  });
});

test("workers that the service starts itself call it by TLS", async () => {
  const [port = 0] = await freePorts(1);
  const service = await startService({
    PORT: String(port),
    TLS_CERT: files.cert,
    TLS_KEY: files.key,
    PUBLIC_URL: `https://localhost:${port}`,
    NODE_EXTRA_CA_CERTS: authority.path,
    INPUT_ROOTS: join(folder, "data"),
  });
  try {
    const env = { NODE_EXTRA_CA_CERTS: authority.path, DATA_DIR: service.dataDir };
    const file = join(folder, "data", "a.csv");
    const words = ["submit", "--files", file, "--wait", "--sql", "select * from input"];
    const { stdout, stderr } = await runCli([...words, "--url", service.url], { env });
    expect(stdout + stderr).toContain("complete: 1 of 1 files done");
  } finally {
    await service.remove();
  }
});

test("a renewed certificate is used without a restart, and what cannot be used is not", async () => {
  const lines: string[] = [];
  const log = loggerTo({ write: (line) => lines.push(line) });
  const used = { cert: join(folder, "used.pem"), key: join(folder, "used-key.pem") };
  const put = (of: Partial<IssuedFiles>) => {
    if (of.cert) copyFileSync(of.cert, used.cert);
    if (of.key) copyFileSync(of.key, used.key);
  };
  put(files);
  const tls = await openTls(used, {}, log, { everySeconds: 0.05 });
  const app = makeApiServer((_request, response) => response.end("still here"), tls.make);
  const listening = await listen("127.0.0.1", 0, "PORT", app);
  const port = Number(new URL(listening.url).port);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(authority.path) });
  try {
    expect(await get(port, agent)).toEqual({ body: "still here", reused: false });
    const second = authority.issue("second", names);
    put(second);
    await until(async () => (await subjectAt(port)) === "second");
    expect(await get(port, agent)).toEqual({ body: "still here", reused: true });

    put({ cert: files.cert });
    await until(() => lines.some((line) => /stays in use.*is not the key/.test(line)));
    expect(await subjectAt(port)).toBe("second");
    writeFileSync(used.cert, "nothing");
    await until(() => lines.some((line) => /stays in use.*a certificate in PEM/.test(line)));
    expect(await subjectAt(port)).toBe("second");

    put(authority.issue("third", names));
    await until(async () => (await subjectAt(port)) === "third");
    expect(lines.filter((line) => line.includes("stays in use"))).toHaveLength(2);
  } finally {
    agent.destroy();
    tls.stop();
    await listening.close(1);
  }
});

test("a certificate near its end, or for another name, is told of at the start", async () => {
  const lines: string[] = [];
  const log = loggerTo({ write: (line) => lines.push(line) });
  const addresses = {
    PUBLIC_URL: "https://localhost:5000/data",
    S3_URL: "https://s3.example.org",
    OPS_URL: "https://[::1]:1",
  };
  (await openTls(files, addresses, log)).stop();
  const said = lines.map((line) => JSON.parse(line).msg as string);
  expect(said).toEqual([
    "The certificate in TLS_CERT is not for s3.example.org, which S3_URL names.",
    "The certificate in TLS_CERT is not for ::1, which OPS_URL names.",
    expect.stringMatching(/^The certificate in TLS_CERT ends \(.*\): renew it\.$/),
  ]);
});

test("the health check of the image asks by TLS, whatever name the certificate has", async () => {
  const line = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(
    readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8"),
  )?.[1];
  const [, ...args] = JSON.parse(line ?? "") as string[];
  const ofAnother = authority.issue("public", ["DNS:longshore.example.org"]);
  const tls = await openTls(ofAnother, {}, silent);
  let status = 200;
  const app = makeApiServer((asked, response) => {
    response.writeHead(asked.url === "/readyz" ? status : 404).end();
  }, tls.make);
  const listening = await listen("127.0.0.1", 0, "PORT", app);
  const { port } = new URL(listening.url);
  const [other = 0] = await freePorts(1);
  const codeWith = async (more: Record<string, string>) => {
    const env = cliEnvironment({ TLS_CERT: ofAnother.cert, ...more });
    return (await startProgram(process.execPath, args, { env }).ended).code;
  };
  try {
    expect(await codeWith({ PORT: port })).toBe(0);
    expect(await codeWith({ PORT: String(other), OPS_PORT: port })).toBe(0);
    expect(await codeWith({ PORT: String(other) })).toBe(1);
    status = 503;
    expect(await codeWith({ PORT: port })).toBe(1);
  } finally {
    tls.stop();
    await listening.close(1);
  }
});

const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

describe("files that cannot be used end the start with a sentence", () => {
  const other = () => authority.issue("other", names);
  const text = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  test.each([
    [
      "missing",
      /^TLS_CERT is ".*none\.pem": it does not exist \(ENOENT\); check the path\.$/,
      () => ({ cert: join(folder, "none.pem") }),
    ],
    [
      "a folder",
      /^TLS_KEY is ".*": it is a folder \(EISDIR\); give a file\.$/,
      () => ({ key: folder }),
    ],
    [
      "no certificate",
      /^TLS_CERT .*: allowed is a file with a certificate in PEM\.$/,
      () => ({ cert: files.key }),
    ],
    [
      "no key",
      /^TLS_KEY .*: allowed is a file with a private key in PEM, without/,
      () => ({ key: text("no-key", "x") }),
    ],
    [
      "another key",
      /^TLS_KEY .*: it is not the key of the certificate in/,
      () => ({ key: other().key }),
    ],
    [
      "a broken chain",
      /^TLS_CERT .*: a certificate of it cannot be used/,
      () => ({
        cert: text("chain", `${readFileSync(files.cert)}${broken}`),
      }),
    ],
  ])("%s", async (_what, sentence, wrong) => {
    const opened = openTls({ ...files, ...wrong() }, {}, silent);
    await expect(opened).rejects.toThrow(ConfigError);
    await expect(opened).rejects.toThrow(sentence);
  });

  test("the service ends with exit code 2", async () => {
    const { child, output } = startProcess({
      DATA_DIR: join(folder, "refused"),
      TLS_CERT: join(folder, "none.pem"),
      TLS_KEY: files.key,
      PUBLIC_URL: "https://localhost",
    });
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(2);
    expect(output.stderr).toMatch(/TLS_CERT is ".*": it does not exist/);
  });
});

/** The name that the certificate of a new connection has. */
function subjectAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(authority.path);
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", ca }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.end();
    });
    socket.once("error", reject);
  });
}

/** `reused`: by a connection of before */
function get(port: number, agent: Agent): Promise<{ body: string; reused: boolean }> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: "127.0.0.1", agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        body += part;
      });
      response.once("end", () => resolve({ body, reused: call.reusedSocket }));
    });
    call.once("error", reject);
    call.end();
  });
}

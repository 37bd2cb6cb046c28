import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchInput } from "../../src/inputs/fetch.ts";
import { realFolders } from "../../src/inputs/folders.ts";
import { InputError, nameOf } from "../../src/inputs/input-error.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder("inputs");
const elsewhere = temporaryFolder("elsewhere");
const bounds = {
  folders: { roots: [root], closed: [join(root, "own")] },
  hosts: [] as string[],
  trusted: [] as string[],
  megabytes: 1,
  scratch: join(root, "scratch"),
  signal: AbortSignal.timeout(60_000),
};

async function faultOf(location: string, more: Partial<typeof bounds> = {}): Promise<InputError> {
  const fault = await fetchInput(location, { ...bounds, ...more }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(fault instanceof InputError))
    throw new Error(`${location} was expected to be refused: ${fault}`);
  return fault;
}

beforeAll(() => {
  mkdirSync(join(root, "folder"));
  writeFileSync(join(root, "a, b.csv"), "a\n1\n");
  writeFileSync(join(elsewhere, "secret"), "hunter2");
  symlinkSync(join(root, "a, b.csv"), join(root, "inside"));
  symlinkSync(join(elsewhere, "secret"), join(root, "outside"));
  symlinkSync(elsewhere, join(root, "way-out"));
});
afterAll(() => {
  for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

test("a root that is not there opens nothing, and a closed folder that is not stays closed", async () => {
  const away = join(root, "away");
  expect(await realFolders({ roots: [away, root], closed: [away] })).toEqual({
    roots: [realpathSync(root)],
    closed: [away],
  });
});

describe("a local input", () => {
  test.each([
    join(root, "a, b.csv"),
    join(root, "folder/../a, b.csv"),
    join(root, "inside"),
    pathToFileURL(join(root, "a, b.csv")).href,
  ])("%s is read in place", async (location) => {
    const file = await fetchInput(location, bounds);
    expect(file).toMatchObject({ size: 4 });
    expect(realpathSync(file.path)).toBe(join(root, "a, b.csv"));
    await file.close();
  });

  test.each([
    ["composed", "cafe\u0301.csv", "caf\u00e9.csv"],
    ["decomposed", "u\u0308.csv", "\u00fc.csv"],
  ])("whose letters are %s on one side alone is read", async (_, written, stored) => {
    for (const [one, other] of [
      [written, stored],
      [stored, written],
    ] as const) {
      writeFileSync(join(root, other), "a\n1\n");
      const file = await fetchInput(join(root, one), bounds);
      expect(realpathSync(file.path)).toBe(join(root, other));
      await file.close();
      rmSync(join(root, other));
    }
  });

  test("below a root that is itself a link is read", async () => {
    symlinkSync(root, join(elsewhere, "linked-root"));
    const location = join(elsewhere, "linked-root/a, b.csv");
    const folders = { roots: [join(elsewhere, "linked-root")], closed: [] };
    const file = await fetchInput(location, { ...bounds, folders });
    expect(realpathSync(file.path)).toBe(join(root, "a, b.csv"));
    await file.close();
  });

  test.each([
    [join(elsewhere, "secret"), "forbidden"],
    [join(elsewhere, "absent"), "forbidden"],
    [join(root, "../etc/passwd"), "forbidden"],
    [join(root, "outside"), "forbidden"],
    [join(root, "way-out/secret"), "forbidden"],
    [`file://${elsewhere}/secret`, "forbidden"],
    [`${root}-sibling/x`, "forbidden"],
    [root, "bad_input"],
    ["/proc/self/environ", "forbidden"],
    [join(root, "absent"), "not_found"],
    [join(root, "a, b.csv/x"), "not_found"],
    [join(root, "folder"), "bad_input"],
    ["a, b.csv", "bad_input"],
    ["", "bad_input"],
    ["file://host/etc/passwd", "bad_input"],
    ["root://host//run.root", "forbidden"],
    ["ftp://host/x", "forbidden"],
  ])("%s is refused: %s", async (location, word) => {
    const fault = await faultOf(location);
    expect(fault.class).toBe(word);
    expect(fault.message).toMatch(/\.$/);
  });

  test("with a NUL character is refused", async () => {
    expect((await faultOf(`${root}/a\0b`)).class).toBe("bad_input");
  });
});

describe("a remote input", () => {
  let server: Server;
  let origin: string;
  let seen: string[] = [];
  let logins: (string | undefined)[] = [];

  const answers: Record<string, RequestListener> = {
    "/table.csv": (_, answer) => answer.end("a\n1\n"),
    "/gzip": (_, answer) =>
      answer.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("a\n1\n")),
    "/deflate": (_, answer) =>
      answer.writeHead(200, { "content-encoding": "deflate" }).end(deflateSync("a\n1\n")),
    "/raw-deflate": (_, answer) =>
      answer.writeHead(200, { "content-encoding": "deflate" }).end(deflateRawSync("a\n1\n")),
    "/twice": (_, answer) =>
      answer
        .writeHead(200, { "content-encoding": "deflate, gzip" })
        .end(gzipSync(deflateSync("a\n1\n"))),
    "/not-deflate": (_, answer) =>
      answer.writeHead(200, { "content-encoding": "deflate" }).end("a\n1\n"),
    "/zstd": (_, answer) => answer.writeHead(200, { "content-encoding": "zstd" }).end("a\n1\n"),
    "/br": (_, answer) =>
      answer.writeHead(200, { "content-encoding": "br" }).end(brotliCompressSync("a\n1\n")),
    "/not-gzip": (_, answer) => answer.writeHead(200, { "content-encoding": "gzip" }).end("a\n1\n"),
    "/page.csv": (_, answer) =>
      answer.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<p>Sign in</p>"),
    "/teapot": (_, answer) => answer.writeHead(418).end(),
    "/utf8": (_, answer) => {
      answer.socket?.end(
        Buffer.from("HTTP/1.1 302 Found\r\nLocation: /caf\u00e9.csv\r\nContent-Length: 0\r\n\r\n"),
      );
    },
    "/caf%C3%A9.csv": (_, answer) => answer.end("a\n1\n"),
    "/hop": (_, answer) => answer.writeHead(302, { location: "/table.csv" }).end(),
    "/loop": (_, answer) => answer.writeHead(302, { location: "/loop" }).end(),
    "/to-metadata": (_, answer) =>
      answer.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end(),
    "/to-localhost": (_, answer) =>
      answer
        .writeHead(307, {
          location: `http://localhost:${(server.address() as AddressInfo).port}/table.csv`,
        })
        .end(),
    "/to-file": (_, answer) => answer.writeHead(302, { location: "file:///etc/passwd" }).end(),
    "/secret": (_, answer) => answer.writeHead(403).end(),
    "/busy": (_, answer) => answer.writeHead(503).end(),
    "/large": (_, answer) => answer.end(Buffer.alloc(2 * 1024 * 1024)),
    "/large-unsaid": (_, answer) => {
      for (let chunk = 0; chunk < 32; chunk += 1) answer.write(Buffer.alloc(64 * 1024));
      answer.end();
    },
    "/cut": (_, answer) => {
      answer.writeHead(200, { "content-length": "100" });
      answer.write("half", () => answer.destroy());
    },
    "/silent": () => undefined,
  };

  beforeAll(async () => {
    server = createServer((request, answer) => {
      const path = new URL(request.url ?? "/", "http://x").pathname;
      seen.push(path);
      logins.push(request.headers.authorization);
      const say = answers[path];
      if (say) say(request, answer);
      else answer.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const allowed = { hosts: ["127.0.0.1"] };

  test("of an allowed host is downloaded, through a redirect as well", async () => {
    for (const path of [
      "/table.csv",
      "/hop",
      "/gzip",
      "/br",
      "/deflate",
      "/raw-deflate",
      "/twice",
      "/utf8",
    ]) {
      const found = await fetchInput(`${origin}${path}`, { ...bounds, ...allowed });
      expect(found.size).toBe(4);
      expect(readFileSync(found.path, "utf8")).toBe("a\n1\n");
    }
  });

  test.each([
    ["/absent", "not_found"],
    ["/teapot", "bad_input"],
    ["/page.csv", "bad_input"],
    ["/not-gzip", "bad_input"],
    ["/not-deflate", "bad_input"],
    ["/zstd", "bad_input"],
    ["/secret", "forbidden"],
    ["/busy", "unavailable"],
    ["/loop", "unavailable"],
    ["/cut", "unavailable"],
    ["/large", "too_large"],
    ["/large-unsaid", "too_large"],
    ["/to-metadata", "forbidden"],
    ["/to-localhost", "forbidden"],
    ["/to-file", "forbidden"],
  ])("%s is a fault: %s", async (path, word) => {
    expect((await faultOf(`${origin}${path}?signature=abc`, allowed)).class).toBe(word);
  });

  test("that never answers is given up when its time is over", async () => {
    expect(
      (await faultOf(`${origin}/silent`, { ...allowed, signal: AbortSignal.timeout(300) })).class,
    ).toBe("unavailable");
  });

  test("of a host that is not allowed is refused without a call", async () => {
    seen = [];
    for (const hosts of [[], ["example.org"], ["*.0.0.1.example"]])
      expect((await faultOf(`${origin}/table.csv`, { hosts })).class).toBe("forbidden");
    expect(seen).toEqual([]);
  });

  test("is refused at a private address unless the list names the address", async () => {
    seen = [];
    for (const location of [
      `${origin}/table.csv`,
      "http://2130706433/x",
      "http://[::ffff:127.0.0.1]/x",
      "http://10.0.0.1/x",
      "http://169.254.169.254/x",
    ]) {
      expect((await faultOf(location, { hosts: ["*"] })).class).toBe("forbidden");
    }
    expect(seen).toEqual([]);
  });

  test("with a password is read with it, and the password goes to no other host", async () => {
    const login = `Basic ${Buffer.from("user:hunter2").toString("base64")}`;
    const withPassword = (path: string) => `${origin}/${path}`.replace("//", "//user:hunter2@");
    logins = [];
    for (const path of ["table.csv", "hop"])
      await fetchInput(withPassword(path), { ...bounds, ...allowed });
    expect(logins).toEqual([login, login, login]);
    logins = [];
    const hosts = ["127.0.0.1", "localhost"];
    await fetchInput(withPassword("to-localhost"), { ...bounds, hosts });
    expect(logins).toEqual([login, undefined]);
    expect((await faultOf(withPassword("secret"), allowed)).message).not.toContain("hunter2");
  });

  test("whose secret cannot be decrypted is not asked for", async () => {
    seen = [];
    const fault = await faultOf(`${origin}/table.csv?[redacted]`, allowed);
    expect(fault).toMatchObject({ class: "forbidden" });
    expect(fault.message).toContain("SECRET_KEY no longer lists");
    expect(seen).toEqual([]);
  });

  test("of S3 needs its host in the list too", async () => {
    expect((await faultOf("s3://bucket/key.parquet")).message).toContain("bucket.s3.amazonaws.com");
  });

  test("that the service itself gave is read from anywhere, and only in these very words", async () => {
    const signed = `${origin}/table.csv?signature=abc`;
    expect(await fetchInput(signed, { ...bounds, trusted: [signed] })).toMatchObject({ size: 4 });
    expect((await faultOf(`${origin}/table.csv?signature=abd`, { trusted: [signed] })).class).toBe(
      "forbidden",
    );
    const hop = `${origin}/hop`;
    expect((await faultOf(hop, { trusted: [hop] })).class).toBe("unavailable");
  });

  test("is shown without its signature", () => {
    expect(nameOf("https://host/a.csv?signature=abc#x")).toBe("https://host/a.csv");
    expect(nameOf("/data/what?.csv")).toBe("/data/what?.csv");
  });
});

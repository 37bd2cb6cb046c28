// Index pages as servers really write them, read over a real connection.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LookupOutcome } from "../../src/datasets/contract.ts";
import { makeFinders } from "../../src/datasets/finders/index.ts";

let server: Server;
let host: string;
let answers: [status: number, headers: Record<string, string>, body: Buffer | string][] = [];
let pages: Record<string, [type: string, body: Buffer | string]> = {};
let asked = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    const [status, headers, body] = answers.shift() ?? pageOf(request.url ?? "");
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function pageOf(url: string): [number, Record<string, string>, Buffer | string] {
  const [type, body] = pages[url] ?? ["text/html", ""];
  return [pages[url] ? 200 : 404, { "content-type": type }, body];
}

interface Found {
  answer: LookupOutcome;
  files: (string | undefined)[];
}

async function find(name: string, hosts = ["127.0.0.1"]): Promise<Found> {
  asked = 0;
  const files: Found["files"] = [];
  const finder = makeFinders({
    inputFolders: { roots: [], closed: [] },
    inputHosts: hosts,
    finderLimits: { files: 10_000, folders: 1_000 },
  }).get("dir+http");
  if (!finder) throw new Error("no finder");
  const answer = await finder.find(
    name,
    async (some) => void files.push(...some.map(({ paths }) => paths[0])),
    AbortSignal.timeout(60_000),
  );
  return { answer, files };
}

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
const euro = Buffer.from([0x80]);
const html = "text/html; charset=utf-8";

test.each<[what: string, type: string, page: Buffer | string, names: string[]]>([
  ["a base", html, '<base href="/other/"><a href="../d/a.csv">a</a><a href="b.csv">', ["a.csv"]],
  ["a base without a slash", html, '<base href="/d/x"><a href="a.csv">a</a>', ["a.csv"]],
  ["the first of two", html, '<base href="/d/"><base href="/e/"><a href="a.csv">', ["a.csv"]],
  ["comments", html, '<!-- <a href="old.csv"> --><a href="a.csv">a</a>', ["a.csv"]],
  ["entities", html, '<a href="x&amp;y&#46;csv">a</a>', ["x&y.csv"]],
  ["named letters", html, '<a href="caf&eacute;.csv">', ["caf%C3%A9.csv"]],
  ["a link in a script", html, `<script>'<a href="no.csv">'</script><a href="a.csv">`, ["a.csv"]],
  ["Latin-1", "text/html; charset=ISO-8859-1", latin('<a href="café.csv">'), ["caf%C3%A9.csv"]],
  [
    "Windows-1252 that the page names",
    "text/html",
    Buffer.concat([latin('<meta charset=windows-1252><a href="5'), euro, latin('.csv">')]),
    ["5%E2%82%AC.csv"],
  ],
  [
    "Windows-1252",
    "text/html; charset=windows-1252",
    Buffer.concat([latin('<a href="5'), euro, latin('.csv">')]),
    ["5%E2%82%AC.csv"],
  ],
  ["UTF-16 by its mark", "text/html", utf16('<a href="café.csv">'), ["caf%C3%A9.csv"]],
  ["an unknown charset", "text/html; charset=klingon", '<a href="a.csv">', ["a.csv"]],
])("%s", async (_, type, page, names) => {
  pages = { "/d/": [type, page] };
  const { files } = await find(`${host}/d/*.csv`);
  expect(files).toEqual(names.map((name) => `http://${host}/d/${name}`));
});

function latin(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

test.each([
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["br", brotliCompressSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
])("a page that comes as %s is read", async (encoding, encode) => {
  const headers = { "content-type": html, "content-encoding": encoding };
  answers = [[200, headers, encode('<a href="a.csv">')]];
  expect((await find(`${host}/d/*.csv`)).files).toEqual([`http://${host}/d/a.csv`]);
});

test("a Location in raw UTF-8 leads to its page", async () => {
  const raw = Buffer.from("/caf\u00e9/").toString("latin1");
  pages = { "/caf%C3%A9/": [html, '<a href="a.csv">'] };
  answers = [[302, { location: raw }, ""]];
  expect((await find(`${host}/d/*`)).files).toEqual([`http://${host}/caf%C3%A9/a.csv`]);
});

test.each([
  ["run(1)/*.csv", ["run(1)/file (1).csv"]],
  ["run(1)/file (1).csv", ["run(1)/file (1).csv"]],
  ["d[1]/*.csv", ["d[1]/x.csv"]],
  ["d[1]", ["d[1]/x.csv"]],
  ["cafe\u0301/*.csv", ["caf\u00e9/u.csv"]],
])("names before patterns: %s names %j", async (pattern, expected) => {
  pages = {
    "/": [html, '<a href="run(1)/"><a href="d[1]/"><a href="d1/"><a href="caf%C3%A9/">'],
    "/run(1)/": [html, '<a href="file%20(1).csv"><a href="_SUCCESS">'],
    "/d[1]/": [html, '<a href="x.csv">'],
    "/d1/": [html, '<a href="y.csv">'],
    "/caf%C3%A9/": [html, '<a href="u.csv">'],
  };
  const { files } = await find(`${host}/${pattern}`);
  expect(files).toEqual(expected.map((path) => new URL(`http://${host}/${path}`).href));
});

test.each([400, 401, 403, 404, 410, 418])("%i is not asked for again", async (status) => {
  answers = [[status, {}, ""]];
  const { answer } = await find(`${host}/d/*`);
  expect(answer.outcome).toMatch(/^(bad_name|does_not_exist)$/);
  expect(asked).toBe(1);
});

test("a host that no name server knows does not exist: nobody tries again", async () => {
  const { answer } = await find("nowhere.invalid/d/*", ["nowhere.invalid"]);
  expect(answer).toMatchObject({
    outcome: "does_not_exist",
    reason: expect.stringContaining("nowhere.invalid"),
  });
});

test("a folder whose page is gone makes the dataset incomplete, with its address", async () => {
  pages = {
    "/d/": [html, '<a href="a/"><a href="b/"><a href="c/">'],
    "/d/a/": [html, '<a href="1.csv">'],
    "/d/c/": ["application/json", "{}"],
  };
  const { answer, files } = await find(`${host}/d/**/*.csv`);
  expect(files).toEqual([`http://${host}/d/a/1.csv`]);
  const urls = `http://${host}/d/b/, http://${host}/d/c/`;
  expect(answer).toEqual({
    outcome: "found",
    incomplete: `Left out, since their pages cannot be read: ${urls}.`,
  });
});

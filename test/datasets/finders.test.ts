import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FoundFile, LookupOutcome } from "../../src/datasets/contract.ts";
import { makeFinders } from "../../src/datasets/finders/index.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder("finders");
const outside = temporaryFolder("outside");

beforeAll(() => {
  for (const folder of ["2023", "2024/deep/er", "Größe, und"])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [
    "2023/a.parquet",
    "2023/b.csv",
    "2024/c.parquet",
    "2024/deep/er/d.parquet",
    "Größe, und/ü, 1.parquet",
    "2024/.hidden.parquet",
  ]) {
    writeFileSync(join(root, file), "12345");
  }
  writeFileSync(join(outside, "secret.parquet"), "hunter2");
});
afterAll(() => {
  for (const folder of [root, outside]) rmSync(folder, { recursive: true, force: true });
});

interface Found {
  answer: LookupOutcome;
  files: FoundFile[];
}

async function find(scheme: string, name: string, hosts: string[] = []): Promise<Found> {
  const files: FoundFile[] = [];
  const finder = makeFinders({
    inputFolders: { roots: [root], closed: [] },
    inputHosts: hosts,
    finderLimits: { files: 10_000, folders: 1_000 },
  }).get(scheme);
  if (!finder) throw new Error(`no finder ${scheme}`);
  const answer = await finder.find(
    name,
    async (some) => void files.push(...some),
    AbortSignal.timeout(60_000),
  );
  return { answer, files };
}

function refusal(scheme: string, name: string, hosts: string[] = []): string | undefined {
  return makeFinders({
    inputFolders: { roots: [root], closed: [] },
    inputHosts: hosts,
    finderLimits: { files: 10_000, folders: 1_000 },
  })
    .get(scheme)
    ?.refuse(name);
}

describe("dir", () => {
  test.each([
    ["2023/*.parquet", ["2023/a.parquet"]],
    ["2023", ["2023/a.parquet", "2023/b.csv"]],
    ["2023/", ["2023/a.parquet", "2023/b.csv"]],
    ["2023/a.parquet", ["2023/a.parquet"]],
    ["*/*.parquet", ["2023/a.parquet", "2024/c.parquet", "Größe, und/ü, 1.parquet"]],
    ["20{23,24}/*.parquet", ["2023/a.parquet", "2024/c.parquet"]],
    ["2024/**/*.parquet", ["2024/c.parquet", "2024/deep/er/d.parquet"]],
    ["Größe, und/*", ["Größe, und/ü, 1.parquet"]],
    ["2024", ["2024/c.parquet", "2024/deep/er/d.parquet"]],
    ["2024/", ["2024/c.parquet", "2024/deep/er/d.parquet"]],
    ["2024/*", ["2024/c.parquet"]],
    ["?files=2", ["2023/a.parquet", "2023/b.csv"]],
    ["2023?files=9&get=available", ["2023/a.parquet", "2023/b.csv"]],
    ["202?/*.parquet?files=1", ["2023/a.parquet"]],
    [
      "**/*.parquet?get=all&files=3",
      ["2023/a.parquet", "2024/c.parquet", "2024/deep/er/d.parquet"],
    ],
  ])("%s names %j, in the order of their names", async (pattern, expected) => {
    const { answer, files } = await find("dir", join(root, "/", pattern));
    expect(answer).toEqual({ outcome: "found" });
    expect(files).toEqual(expected.map((file) => ({ paths: [join(root, file)], size: 5 })));
  });

  test("the first files are those that would be first of all, by their paths", async () => {
    const many = join(root, "many");
    // Folder by folder, a/z comes before a.csv; by their paths it comes after
    for (const folder of ["a", "b"]) {
      mkdirSync(join(many, folder), { recursive: true });
      for (let at = 0; at < 1_500; at++) writeFileSync(join(many, folder, `${at}.csv`), "1");
    }
    writeFileSync(join(many, "a.csv"), "1");
    const paths = async (name: string) =>
      (await find("dir", `${many}${name}`)).files.map((file) => file.paths[0] ?? "");
    const all = await paths("");
    expect(all).toHaveLength(3_001);
    for (const most of [1, 2, 1_200, 3_001, 5_000])
      expect(await paths(`?files=${most}`)).toEqual(all.toSorted().slice(0, most));
    rmSync(many, { recursive: true });
  });

  test.each([
    ["files=0", /N must be a whole number from 1, not "0"/],
    ["files=-1", /not "-1"/],
    ["files=ten", /not "ten"/],
    ["files=1&get=some", /get must be all or available, not "some"/],
    ["files=1&file=2", /only files=N and get are known, not "file"/],
  ])("a name that ends with ?%s is refused", (query, sentence) => {
    expect(refusal("dir", `${root}/2023/*?${query}`)).toMatch(sentence);
    expect(refusal("dir+https", `one.example/2023/*?${query}`, ["one.example"])).toMatch(sentence);
  });

  test("a folder without files says so", async () => {
    mkdirSync(join(root, "empty/below"), { recursive: true });
    expect((await find("dir", join(root, "empty"))).answer).toMatchObject({
      outcome: "found",
      nothing: expect.stringContaining(`There is no file in ${root}/empty or below it.`),
    });
    rmSync(join(root, "empty"), { recursive: true });
  });

  test("a pattern that matches nothing says so", async () => {
    const { answer, files } = await find("dir", join(root, "2023/*.root"));
    expect(files).toEqual([]);
    expect(answer).toMatchObject({
      outcome: "found",
      nothing: expect.stringContaining(`Nothing in ${root}/2023 matches "*.root"`),
    });
  });

  test.each([
    ["run(1)/*.csv", ["run(1)/file (1).csv"]],
    ["run(1)/file (1).csv", ["run(1)/file (1).csv"]],
    ["d[1]/*.csv", ["d[1]/x.csv"]],
    ["*/file (1).csv", ["run(1)/file (1).csv"]],
    ["d[1]", ["d[1]/x.csv"]],
    ["out/*", ["out/part.csv"]],
    ["out/_S*", ["out/_SUCCESS"]],
    ["out/**", ["out/part.csv"]],
    ["out/**/_metadata", ["out/_metadata"]],
    ["cafe\u0301/*.csv", ["caf\u00e9/u.csv"]],
    ["caf\u00e9/*.csv", ["caf\u00e9/u.csv"]],
  ])("names before patterns, and no tools' files: %s names %j", async (pattern, expected) => {
    const odd = join(root, "odd");
    for (const file of [
      "run(1)/file (1).csv",
      "d[1]/x.csv",
      "d1/y.csv",
      "out/part.csv",
      "out/_SUCCESS",
      "out/_metadata",
      "out/.part.csv.crc",
      "out/_temporary/0/part.csv",
      "caf\u00e9/u.csv",
    ]) {
      mkdirSync(join(odd, file, ".."), { recursive: true });
      writeFileSync(join(odd, file), "12345");
    }
    const { files } = await find("dir", `${odd}/${pattern}`);
    rmSync(odd, { recursive: true });
    expect(files.map(({ paths }) => paths[0])).toEqual(expected.map((file) => join(odd, file)));
  });

  test("a download's list of its results is no data, unless it is named, and this is said", async () => {
    const folder = join(root, "results");
    const [list, data] = ["longshore-manifest.jsonl", "a.jsonl"].map((name) => join(folder, name));
    mkdirSync(folder);
    for (const path of [list, data]) writeFileSync(path ?? "", "12345");
    const leftOut = `Left out, since a download's list of its results is no data: ${list}.`;
    for (const name of [folder, `${folder}/*`, `${root}/r*/*.jsonl`, `${folder}?files=2`])
      expect(await find("dir", name)).toEqual({
        answer: { outcome: "found", leftOut },
        files: [{ paths: [data], size: 5 }],
      });
    const alone = await find("dir", `${folder}/*-manifest.jsonl`);
    expect(alone.files).toEqual([]);
    expect(alone.answer).toMatchObject({ nothing: expect.stringContaining(leftOut) });
    for (const name of [`${list}`, `${root}/r*/longshore-manifest.jsonl`])
      expect(await find("dir", name)).toEqual({
        answer: { outcome: "found" },
        files: [{ paths: [list], size: 5 }],
      });
    rmSync(folder, { recursive: true });
  });

  test("a name that is not UTF-8 makes the dataset incomplete, and the others are found", async () => {
    const odd = join(root, "bytes");
    mkdirSync(odd);
    writeFileSync(join(odd, "a.csv"), "12345");
    writeFileSync(
      Buffer.concat([Buffer.from(`${odd}/`), Buffer.from([0xe9]), Buffer.from(".csv")]),
      "",
    );
    const { answer, files } = await find("dir", `${odd}/*.csv`);
    rmSync(odd, { recursive: true });
    expect(files).toEqual([{ paths: [join(odd, "a.csv")], size: 5 }]);
    expect(answer).toMatchObject({ incomplete: expect.stringContaining("not UTF-8") });
  });

  test("a folder that vanishes while its neighbours are read makes the dataset incomplete", async () => {
    const folder = join(root, "vanishing");
    for (const name of ["a", "b"]) mkdirSync(join(folder, name), { recursive: true });
    for (let index = 0; index < 1000; index++) writeFileSync(join(folder, "a", `${index}.csv`), "");
    writeFileSync(join(folder, "b", "1.csv"), "");
    const finder = makeFinders({
      inputFolders: { roots: [root], closed: [] },
      inputHosts: [],
      finderLimits: { files: 10_000, folders: 1_000 },
    }).get("dir");
    let files = 0;
    const answer = await finder?.find(
      `${folder}/*/*.csv`,
      async (some) => {
        files += some.length;
        rmSync(join(folder, "b"), { recursive: true, force: true });
      },
      AbortSignal.timeout(60_000),
    );
    expect(files).toBe(1000);
    expect(answer).toMatchObject({
      outcome: "found",
      incomplete: expect.stringContaining(join(folder, "b")),
    });
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["added", "incomplete", (folder: string) => writeFileSync(join(folder, "new.csv"), "")],
    ["removed", "incomplete", (folder: string) => rmSync(join(folder, "1.csv"))],
    [
      "moved to a folder that was read before",
      "incomplete",
      (folder: string) => renameSync(join(folder, "../b/1.csv"), join(folder, "moved.csv")),
    ],
    [
      "added that does not match",
      "found",
      (folder: string) => writeFileSync(join(folder, "x"), ""),
    ],
  ])(
    "a file that is %s after its folder was read makes the dataset %s",
    async (_how, outcome, change) => {
      const folder = join(root, "changing");
      for (const name of ["a", "b"]) mkdirSync(join(folder, name), { recursive: true });
      for (let index = 0; index < 1000; index++)
        writeFileSync(join(folder, "a", `${index}.csv`), "");
      writeFileSync(join(folder, "b", "1.csv"), "");
      const finder = makeFinders({
        inputFolders: { roots: [root], closed: [] },
        inputHosts: [],
        finderLimits: { files: 10_000, folders: 1_000 },
      }).get("dir");
      let given = 0;
      const answer = await finder?.find(
        `${folder}/*/*.csv`,
        async (files) => {
          if (given === 0) change(join(folder, "a"));
          given += files.length;
        },
        AbortSignal.timeout(60_000),
      );
      rmSync(folder, { recursive: true });
      expect(answer).toMatchObject(
        outcome === "found"
          ? { outcome }
          : {
              outcome: "found",
              incomplete: expect.stringMatching(/added or removed .*changing\/a\./),
            },
      );
      if (outcome === "found") expect(answer).not.toHaveProperty("incomplete");
    },
  );

  test.skipIf(process.getuid?.() === 0)(
    "a folder that may not be read makes the dataset incomplete",
    async () => {
      const folder = join(root, "closed");
      for (const name of ["a", "b"]) mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, "a", "1.csv"), "12345");
      chmodSync(join(folder, "b"), 0);
      const { answer, files } = await find("dir", `${folder}/**/*.csv`);
      chmodSync(join(folder, "b"), 0o755);
      expect(files).toEqual([{ paths: [join(folder, "a", "1.csv")], size: 5 }]);
      expect(answer).toMatchObject({ incomplete: expect.stringContaining(join(folder, "b")) });
      rmSync(folder, { recursive: true });
    },
  );

  test("a folder that is not there does not exist; one outside of the roots has a bad name, there or not", async () => {
    expect((await find("dir", join(root, "2025/*"))).answer).toEqual({
      outcome: "does_not_exist",
      reason: `There is no folder ${root}/2025.`,
    });
    for (const name of [
      join(outside, "*"),
      join(outside, "nowhere/*"),
      "/etc/*",
      `${root}-and-more/*`,
    ]) {
      const { answer, files } = await find("dir", name);
      expect(answer).toMatchObject({
        outcome: "bad_name",
        reason: expect.stringContaining("not below a folder that inputs may be read from"),
      });
      expect(files).toEqual([]);
    }
  });

  test("links that lead out of the roots, nowhere or in a circle are left out, and the answer says so", async () => {
    const folder = join(root, "links");
    mkdirSync(join(folder, "sub"), { recursive: true });
    writeFileSync(join(folder, "real.parquet"), "1");
    symlinkSync(join(folder, "real.parquet"), join(folder, "same.parquet"));
    symlinkSync(join(outside, "secret.parquet"), join(folder, "secret.parquet"));
    symlinkSync(outside, join(folder, "way-out"));
    symlinkSync("/nowhere", join(folder, "dangling.parquet"));
    symlinkSync(folder, join(folder, "sub", "circle"));
    const { answer, files } = await find("dir", join(folder, "**"));
    expect(files.map((file) => file.paths[0])).toEqual([
      join(folder, "real.parquet"),
      join(folder, "same.parquet"),
    ]);
    expect(answer).toMatchObject({
      outcome: "found",
      incomplete: expect.stringContaining(join(folder, "secret.parquet")),
    });
    expect((await find("dir", join(folder, "way-out", "*"))).answer).toMatchObject({
      outcome: "bad_name",
    });
  });

  test.each(["relative/*", "../up/*", ""])("%j is refused at submit", (name) => {
    expect(refusal("dir", name)).toContain("absolute path");
  });

  test("a folder of 2,500 files comes in pieces", async () => {
    const folder = join(root, "many");
    mkdirSync(folder);
    for (let index = 0; index < 2500; index++)
      writeFileSync(join(folder, `${String(index).padStart(4, "0")}.csv`), "");
    const pieces: number[] = [];
    const finder = makeFinders({
      inputFolders: { roots: [root], closed: [] },
      inputHosts: [],
      finderLimits: { files: 10_000, folders: 1_000 },
    }).get("dir");
    await finder?.find(
      folder,
      async (some) => void pieces.push(some.length),
      AbortSignal.timeout(60_000),
    );
    expect(pieces).toEqual([1000, 1000, 500]);
  });
});

describe("dir+http", () => {
  let server: Server;
  let host: string;
  const asked: string[] = [];
  const pages: Record<string, string> = {
    "/data/": `<h1>Index of /data</h1><a href="?C=N;O=D">Name</a> <a href="/">Parent</a> <a href="../">..</a>
      <a href="a.parquet">a.parquet</a> <A class=x HREF='b%2C%20%C3%BC.parquet'>b, ü</A> <a href=c.csv>c</a> <a href="sub/">sub/</a>
      <a href="http://other.example/d.parquet">elsewhere</a> <a href="e.parquet?x=1">query</a> <a href="x&amp;y.parquet">x&amp;y</a>`,
    "/data/sub/": `<a href="/data/sub/f.parquet">absolute</a> <a href="../a.parquet">up</a>`,
  };

  const special: Record<string, [number, Record<string, string>, string?]> = {
    "/moved/": [302, { location: "/data/" }],
    "/away/": [302, { location: "http://169.254.169.254/latest/" }],
    "/broken/": [503, {}],
    "/plain/": [200, { "content-type": "text/plain" }, "a.parquet"],
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? "";
      asked.push(path);
      const html = { "content-type": "text/html; charset=utf-8" };
      const page = pages[path];
      const [status, headers, body] = special[path] ?? [page ? 200 : 404, html, page ?? "no"];
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test("reads the links of an index page that match, here and below", async () => {
    const { answer, files } = await find("dir+http", `${host}/data/**/*.parquet`, ["127.0.0.1"]);
    expect(answer).toEqual({ outcome: "found" });
    expect(files.map((file) => file.paths[0])).toEqual(
      ["a.parquet", "b%2C%20%C3%BC.parquet", "sub/f.parquet", "x&y.parquet"].map(
        (name) => `http://${host}/data/${name}`,
      ),
    );
    expect((await find("dir+http", `${host}/data/*.csv`, ["127.0.0.1"])).files).toEqual([
      { paths: [`http://${host}/data/c.csv`] },
    ]);
    const first = await find("dir+http", `${host}/data/**/*.parquet?files=3`, ["127.0.0.1"]);
    expect(first.files).toEqual(files.slice(0, 3));
    expect((await find("dir+http", `${host}/moved/*.csv`, ["127.0.0.1"])).files).toEqual([
      { paths: [`http://${host}/data/c.csv`] },
    ]);
  });

  test("of a host that is not in INPUT_HOSTS is refused without a call", async () => {
    asked.length = 0;
    expect(refusal("dir+http", `${host}/data/*`)).toContain("INPUT_HOSTS");
    expect(refusal("dir+http", `${host}/data/*`, ["data.example.org"])).toContain("INPUT_HOSTS");
    expect(refusal("dir+http", `${host}/data/*`, ["127.0.0.1"])).toBeUndefined();
    expect((await find("dir+http", `${host}/data/*`)).answer).toMatchObject({
      outcome: "bad_name",
      reason: expect.stringContaining("INPUT_HOSTS"),
    });
    expect(asked).toEqual([]);
  });

  test("that leads elsewhere by a redirect is checked there again", async () => {
    expect((await find("dir+http", `${host}/away/*`, ["127.0.0.1"])).answer).toMatchObject({
      outcome: "bad_name",
      reason: expect.stringContaining("169.254.169.254"),
    });
  });

  test("that is not there, is no page, or is broken for a moment", async () => {
    expect((await find("dir+http", `${host}/none/*`, ["127.0.0.1"])).answer).toMatchObject({
      outcome: "does_not_exist",
    });
    expect((await find("dir+http", `${host}/plain/*`, ["127.0.0.1"])).answer).toMatchObject({
      outcome: "bad_name",
    });
    await expect(find("dir+http", `${host}/broken/*`, ["127.0.0.1"])).rejects.toThrow(
      "returned 503",
    );
  });
});

// What is bound to groups is recognized by whatever spelling.
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isBarredDataset } from "../../src/datasets/barred.ts";
import { makeLeadsToBarred } from "../../src/inputs/barred.ts";
import { fetchInput } from "../../src/inputs/fetch.ts";
import { checkedLookups, type Resolve } from "../../src/outside/address.ts";
import { isHostPattern } from "../../src/outside/host-entries.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder("barred");
const at = (...names: string[]) => join(root, ...names);
const composed = "caf\u00e9";
const decomposed = "cafe\u0301";

beforeAll(() => {
  for (const folder of ["bound", "open", decomposed]) mkdirSync(at(folder));
  symlinkSync(at("bound"), at("open", "link"));
  symlinkSync(at("bound", "none"), at("open", "to-none"));
  symlinkSync("loop", at("open", "loop"));
  symlinkSync(at(decomposed), at("open", "accent"));
});
afterAll(() => rmSync(root, { recursive: true }));

describe("a dataset", () => {
  const datasets = (...patterns: string[]) => ({ folders: [], hosts: [], datasets: patterns });

  test.each([
    "cms:data",
    "cms:data?files=3",
    "cms:data?get=all&files=3",
    "cms:data?x=1",
    "cms:data#x",
    "cms:data?x#y",
    " cms:data",
    "cms:data\n",
    "cms:\tdata",
    "CMS:Data",
    "cms:\u00addata",
  ])("is barred as %j", (name) => {
    expect(isBarredDataset("rucio", name, datasets("rucio://cms:data"))).toBe(true);
    expect(isBarredDataset("rucio", name, datasets("rucio://cms:*"))).toBe(true);
  });

  test.each([
    ["rucio", "cms:data2"],
    ["rucio", "atlas:cms:data"],
    ["other", "cms:data"],
  ])("%s://%s is another", (finder, name) => {
    expect(isBarredDataset(finder, name, datasets("rucio://cms:data"))).toBe(false);
  });

  test("is not barred where nothing is", () => {
    expect(isBarredDataset("rucio", "cms:data", undefined)).toBe(false);
    expect(isBarredDataset("rucio", "cms:data", datasets())).toBe(false);
  });
});

describe("for an outside service", () => {
  const barred = { folders: [at("bound"), at(composed)], hosts: ["data.example.org", "10.1.*"] };

  test.each([
    at("bound", "a"),
    `file://${at("bound", "a")}`,
    at("open", "..", "bound"),
    at("open", "link", "a"),
    at("open", "to-none"),
    at("open", "accent", "a"),
    at(composed, "a"),
    "https://DATA.example.org./a",
    "http://10.1.2.3:8080/a",
    "http://[::ffff:10.1.2.3]/a",
    "root://data.example.org//a",
  ])("%s is barred", async (location) => {
    expect(await (await makeLeadsToBarred(barred))(location)).toBe(true);
  });

  test.each([
    at("open", "a"),
    at("open", "loop"),
    at("bounds", "a"),
    "https://other.example.org/a",
    "http://10.2.1.1/a",
  ])("%s is not", async (location) => {
    expect(await (await makeLeadsToBarred(barred))(location)).toBe(false);
  });
});

test.each([
  ["open/link/none.csv"],
  ["open/link/none/none.csv"],
  ["open/to-none"],
  [`open/accent/none.csv`],
])("%s says no more of a barred folder than that it is one", async (path) => {
  const folders = [at("bound"), at(composed)];
  const bounds = {
    folders: { roots: [root], closed: folders, barred: folders },
    hosts: [],
    trusted: [],
    megabytes: 1,
    scratch: at("scratch"),
    signal: AbortSignal.timeout(10_000),
  };
  await expect(fetchInput(at(path), bounds)).rejects.toMatchObject({
    class: "forbidden",
    message: `${at(path)} is for members of a group alone.`,
  });
});

test.each(["data.example.org", "*.example.org:8080", "10.1.*", "10.1.2.3", "[::1]:9000", "::1"])(
  "%s may be bound",
  (host) => expect(isHostPattern(host)).toBe(true),
);

test.each(["https://x", "a:b", "1.2.3", "x:70000", "!x", "a b", ""])(
  "%j is no host that could be bound",
  (host) => expect(isHostPattern(host)).toBe(false),
);

describe("while the name of a barred host", () => {
  const answering =
    (barredHost: () => NodeJS.ErrnoException | string): Resolve =>
    (name, _options, answer) => {
      const said = name === "bound.example.org" ? barredHost() : "93.184.216.34";
      if (typeof said !== "string") return answer(said, []);
      answer(null, [{ address: said, family: 4 }]);
    };
  const failing = (code: string) => answering(() => Object.assign(new Error(code), { code }));
  const hosts = ["*.example.org", "!bound.example.org"];
  const connect = (resolve: Resolve) =>
    new Promise<string>((done, fail) =>
      checkedLookups(hosts, resolve)(443)("alias.example.org", { all: true }, (error, addresses) =>
        error ? fail(error) : done(JSON.stringify(addresses)),
      ),
    );

  test("leads to the same address, another is refused", async () => {
    await expect(connect(answering(() => "93.184.216.34"))).rejects.toMatchObject({
      code: "barred",
    });
    expect(await connect(answering(() => "93.184.216.35"))).toContain("93.184.216.34");
  });

  test("cannot be looked up, nothing is connected to", async () => {
    await expect(connect(failing("EAI_AGAIN"))).rejects.toMatchObject({ code: "EAI_AGAIN" });
    // A host that does not exist has no address that another name could lead to
    expect(await connect(failing("ENOTFOUND"))).toContain("93.184.216.34");
  });

  test("is known, it is not looked up for each connection", async () => {
    let asked = 0;
    const counting: Resolve = (name, options, answer) => {
      if (name === "bound.example.org") asked += 1;
      answering(() => "93.184.216.35")(name, options, answer);
    };
    const lookups = checkedLookups(hosts, counting);
    for (const port of [443, 443, 80])
      await new Promise<void>((done, fail) =>
        lookups(port)("alias.example.org", { all: true }, (error) =>
          error ? fail(error) : done(),
        ),
      );
    expect(asked).toBe(1);
  });
});

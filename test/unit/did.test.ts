import { expect, test } from "vitest";
import { parseDid } from "../../src/datasets/did.ts";
import { makeFinders } from "../../src/datasets/finders/index.ts";

const finders = makeFinders({
  inputFolders: { roots: ["/data"], closed: [] },
  inputHosts: ["data.example.org"],
  finderLimits: { files: 10_000, folders: 1_000 },
});
const rules = (defaultDidScheme = "", didSchemes: string[] = ["rucio", "xrootd"]) => ({
  config: { defaultDidScheme, didSchemes },
  finders,
});

test.each([
  ["dir:///data/a/*.parquet", "dir", "/data/a/*.parquet"],
  ["rucio://scope:name?files=3", "rucio", "scope:name?files=3"],
  ["xrootd://root://host//store/f.root", "xrootd", "root://host//store/f.root"],
  ["rucio://two\nlines", "rucio", "two\nlines"],
])("%j is of the scheme %s", (did, scheme, name) => {
  expect(parseDid(did, rules())).toEqual({ scheme, name, text: `${scheme}://${name}` });
});

test("a name without a scheme is of the default one", () => {
  expect(parseDid("scope:name", rules("rucio"))).toEqual({
    scheme: "rucio",
    name: "scope:name",
    text: "rucio://scope:name",
  });
});

test.each([
  ["scope:name", "no scheme"],
  ["cernopendata://1", "DID scheme is not supported: cernopendata"],
  ["RUCIO://x", "DID scheme is not supported: RUCIO"],
  ["rucio://", "after its scheme"],
  ["rucio://  ", "after its scheme"],
  ["rucio://a\0b", "NUL"],
  [`rucio://${"ä".repeat(1001)}`, "longer than 2000 bytes"],
  ["user://anything", "not by a name"],
  ["dir://relative/*", "absolute path"],
])("%j is refused with a 400 that points to the name", (did, words) => {
  expect(() => parseDid(did, rules())).toThrow(
    expect.objectContaining({
      status: 400,
      message: expect.stringContaining(words),
      errors: [expect.objectContaining({ pointer: "/dataset/did" })],
    }),
  );
});

test("a name of exactly 2,000 bytes is taken", () => {
  expect(parseDid(`rucio://${"ä".repeat(1000)}`, rules()).name).toHaveLength(1000);
});

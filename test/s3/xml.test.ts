import { XMLParser } from "fast-xml-parser";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { readDocument } from "../../src/s3/read-xml.ts";
import { document } from "../../src/s3/xml.ts";

const rule = { root: "Delete", list: "Object", most: 1000 };
const malformed = expect.objectContaining({ code: "MalformedXML" });

let parsing: MockInstance<XMLParser["parse"]>;
beforeEach(() => {
  parsing = vi.spyOn(XMLParser.prototype, "parse");
});
afterEach(() => parsing.mockRestore());

async function keysOf(text: string): Promise<unknown[]> {
  return (await readDocument(text, rule)).items.map(({ Key }) => Key);
}

test.each([
  ["001", "001"],
  [" both ends ", " both ends "],
  ["a &amp; b &lt;c&gt; &quot;&apos;", "a & b <c> \"'"],
  ["&#65;&#x42;&#128512;", "AB😀"],
  ["control &#1;&#10;&#xd;", "control \u0001\n\r"],
  ["&amp;#65; once", "&#65; once"],
  ["<![CDATA[<&amp;>]]>", "<&amp;>"],
])("the text %j is read as %j", async (text, key) => {
  expect(await keysOf(`<Delete><Object><Key>${text}</Key></Object></Delete>`)).toEqual([key]);
});

test("one object and several are both a list, and what is written is read again", async () => {
  const names = ["a", "b & <c>", "\u0001\u001f", "ü/\u{1f600}"];
  for (const list of [names.slice(0, 1), names]) {
    const text = await document("Delete", { Object: list.map((Key) => ({ Key })) });
    expect(await keysOf(text)).toEqual(list);
  }
});

test("a long list is parsed in pieces, none of which is long", async () => {
  const names = Array.from({ length: 1000 }, (_, n) => `${n} ${'"'.repeat(1000)}`);
  const text = await document("Delete", {
    Object: names.map((Key) => ({ Key, VersionId: "null" })),
    Quiet: true,
  });
  const read = await readDocument(`${text.replaceAll("<Object>", "\n  <Object>")}\n`, rule);
  expect(read.items).toEqual(names.map((Key) => ({ Key, VersionId: "null" })));
  expect(read.others).toEqual(new Map([["Quiet", "true"]]));
  expect(parsing.mock.calls.length).toBeGreaterThan(100);
  for (const [piece] of parsing.mock.calls) expect(piece.length).toBeLessThan(40_000);
});

test.each([
  "",
  "text",
  "<Delete>",
  "<Delete></Other>",
  "<Other/>",
  "<Delete/>",
  "<Delete></Delete>more",
  "<__proto__><a/></__proto__>",
  "<Delete><Key>&#x110000;</Key></Delete>",
  `<Delete>${"<Object><Key>a</Key></Object>".repeat(999)}</Other>`,
  `<Delete>${"<Object><Key>a</Key></Object>".repeat(900)}<Object></Delete>`,
])("%j is not well-formed", async (text) => {
  await expect(readDocument(text, rule)).rejects.toEqual(malformed);
});

test.each([
  ["a document type", '<!DOCTYPE a [<!ENTITY b "c">]><Delete><Key>&b;</Key></Delete>'],
  ["depth", `<Delete>${"<a>".repeat(10)}`],
  ["a tag for every three bytes", "<a>".repeat(2_000_000)],
  ["too many objects", `<Delete>${"<Object/>".repeat(1_011)}</Delete>`],
  ["an object of too many elements", `<Delete><Object>${"<a/>".repeat(101)}</Object></Delete>`],
  ["a long text", `<Delete><Object><Key>${"&lt;".repeat(5_000)}</Key></Object></Delete>`],
  ["long attributes", `<Delete a="${"b".repeat(20_000)}"><Object/></Delete>`],
  ["much space", `<Delete><Object/>${" ".repeat(20_000)}</Delete>`],
  ["an open comment", "<Delete><!--".repeat(100_000)],
])("%s is refused before anything is parsed", async (_, text) => {
  await expect(readDocument(text, rule)).rejects.toEqual(malformed);
  expect(parsing).not.toHaveBeenCalled();
});

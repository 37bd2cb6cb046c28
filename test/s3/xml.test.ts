import { expect, test } from "vitest";
import { document, listOf, readDocument } from "../../src/s3/xml.ts";

const keysOf = (text: string) => listOf(readDocument(text, "Delete").Object).map(({ Key }) => Key);

test.each([
  ["001", "001"],
  [" both ends ", " both ends "],
  ["a &amp; b &lt;c&gt; &quot;&apos;", "a & b <c> \"'"],
  ["&#65;&#x42;&#128512;", "AB😀"],
  ["control &#1;&#10;&#xd;", "control \u0001\n\r"],
  ["&amp;#65; once", "&#65; once"],
  ["<![CDATA[<&amp;>]]>", "<&amp;>"],
])("the text %j is read as %j", (text, key) => {
  expect(keysOf(`<Delete><Object><Key>${text}</Key></Object></Delete>`)).toEqual([key]);
});

test("one object and several are both a list, and what is written is read again", () => {
  const names = ["a", "b & <c>", "\u0001\u001f", "ü/\u{1f600}"];
  for (const list of [names.slice(0, 1), names]) {
    const text = document("Delete", { Object: list.map((Key) => ({ Key })) });
    expect(keysOf(text)).toEqual(list);
  }
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
  '<!DOCTYPE a [<!ENTITY b "c">]><Delete><Key>&b;</Key></Delete>',
  `<Delete>${"<a>".repeat(10_000)}${"</a>".repeat(10_000)}</Delete>`,
])("%j is not well-formed", (text) => {
  expect(() => readDocument(text, "Delete")).toThrowError(
    expect.objectContaining({ code: "MalformedXML" }),
  );
});

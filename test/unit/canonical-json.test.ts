import { expect, test } from "vitest";
import { canonicalJson, canonicalPieces } from "../../src/canonical-json.ts";

/** RFC 8785, appendix B: the bits of an IEEE 754 double, and how it is written. */
const numbers: [string, string][] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

test.each(numbers)("the number %s of RFC 8785, appendix B, is written %s", (bits, text) => {
  expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
});

test.each([["7fffffffffffffff"], ["7ff0000000000000"], ["fff0000000000000"]])(
  "the number %s is none of JSON's and is refused",
  (bits) => {
    const value = { list: [Buffer.from(bits, "hex").readDoubleBE()] };
    expect(() => canonicalJson(value)).toThrow(/NaN|Infinity/);
  },
);

test("the example of RFC 8785, section 3.2.2, has the bytes of section 3.2.4", () => {
  const sample = `{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
    "literals": [null, true, false]
  }`;
  const bytes = [
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e",
    "756d62657273223a5b3333333333333333332e333333333333332c31652b3330",
    "2c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac24",
    "5c75303030665c6e4127425c225c5c5c5c5c222f227d",
  ].join("");
  expect(Buffer.from(canonicalJson(JSON.parse(sample))).toString("hex")).toBe(bytes);
});

test("keys are in the order of their UTF-16 code units, as in RFC 8785, section 3.2.3", () => {
  const sample = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\u{1f600}": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
  };
  expect(Object.values(JSON.parse(canonicalJson(sample)))).toHaveLength(7);
  const order = [...canonicalJson(sample).matchAll(/:"([^"]+)"/g)].map(([, value]) => value);
  expect(order).toEqual([
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

test("keys are sorted at every depth, lists keep their order, and text is not normalised", () => {
  const sample = JSON.parse(
    '{"1": {"f": {"f": "hi", "F": 5}, "\\n": 56.0}, "10": {}, "": "empty", "a": {}, ' +
      '"A\\u030a": [{"b": 1, "a": 2}]}',
  );
  expect(canonicalJson(sample)).toBe(
    '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"A\u030a":[{"a":2,"b":1}],"a":{}}',
  );
});

test("what is undefined is left out of an object and null in a list, as JSON.stringify does", () => {
  expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
});

test.each([["value"], ["key"]])("half of a surrogate pair in a %s is refused", (place) => {
  const value = place === "key" ? { "\ud800": 1 } : { a: ["\udead"] };
  expect(() => canonicalJson(value)).toThrow("half of a surrogate pair");
});

test("the text is the same in pieces, and where a list is read piece by piece", async () => {
  const list = Array.from({ length: 30_000 }, (_, n) => (n % 2 ? `/d/${n}` : [`/d/${n}`, "b"]));
  const value = { steps: [{ b: 1, a: null }], dataset: { files: list }, title: "x" };
  const read = {
    async *[Symbol.asyncIterator]() {
      yield list.slice(0, 10_001);
      yield [];
      yield list.slice(10_001);
    },
  };
  expect(await join(canonicalPieces(value))).toBe(canonicalJson(value));
  expect(await join(canonicalPieces({ ...value, dataset: { files: read } }))).toBe(
    canonicalJson(value),
  );
  expect(await join(canonicalPieces([]))).toBe("[]");
});

async function join(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

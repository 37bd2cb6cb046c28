import { expect, test } from "vitest";
import { shown, shownPath } from "../../src/web/words.ts";

test("what cannot be seen or turns the text is written as its number", () => {
  expect(shown("a\u202eb\u0000c\u200bd\ufeffe\u2028f\u061cg\ud800h")).toBe(
    "a\\u202eb\\u0000c\\u200bd\\ufeffe\\u2028f\\u061cg\\ud800h",
  );
  expect(shown("\u{e0041}")).toBe("\\u{e0041}");
});

test("letters of all scripts, emoji, lines and tabs stay", () => {
  const persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645";
  const text = `${persian} \u6f22 e\u0301 \u2764\ufe0f \u{1f468}\u200d\u{1f469}\n\t`;
  expect(shown(text)).toBe(text);
});

test("a text is cut at so many characters, sooner where they take many bytes of a page", () => {
  expect(shown("a".repeat(11), 10)).toBe(`${"a".repeat(10)}…`);
  expect(shown("a".repeat(10), 10)).toBe("a".repeat(10));
  expect(shown('"'.repeat(10), 10)).toBe('"""…');
  expect(shown("\u{1f600}".repeat(10), 5)).toBe("\u{1f600}\u{1f600}…");
});

test("of a path the end stays", () => {
  expect(shownPath("/a/b/c", 4)).toBe("…/b/c");
  expect(shownPath("/a/b", 4)).toBe("/a/b");
  expect(shownPath("x\u{1f600}abc", 4)).toBe("…abc");
});

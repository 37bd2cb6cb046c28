import { expect, test } from "vitest";
import { z } from "zod";
import { didYouMean } from "../../src/did-you-mean.ts";
import { knownKeys } from "../../src/http/known-keys.ts";
import { fieldErrors } from "../../src/http/sentences.ts";

const schema = z.strictObject({
  title: z.string().min(1).max(3).optional(),
  dataset: z.union([
    z.strictObject({ files: z.array(z.string()) }),
    z.strictObject({ did: z.string() }),
  ]),
  steps: z.array(z.strictObject({ operation: z.enum(["transform", "noop"]) })).min(1),
  "a/b~c": z.number().optional(),
});

function errorsOf(body: unknown) {
  const { error } = schema.safeParse(body, { reportInput: true });
  return fieldErrors(schema, error?.issues ?? [], []);
}

const good = { dataset: { did: "x" }, steps: [{ operation: "noop" }] };

test.each([
  [{ ...good, title: "long" }, "/title", '"title" must have at most 3 characters.'],
  [{ ...good, title: "" }, "/title", '"title" must have at least 1 character.'],
  [{ ...good, title: null }, "/title", '"title" must be a text, not null.'],
  [{ ...good, steps: [] }, "/steps", '"steps" must have at least 1 item.'],
  [{ dataset: good.dataset }, "/steps", '"steps" is missing; a list is expected.'],
  [{ ...good, titles: 1 }, "/titles", '"titles" is not known here. Did you mean "title"?'],
  [{ ...good, "a/b~c": "1" }, "/a~1b~0c", '"a/b~c" must be a number, not a text.'],
  [
    { ...good, steps: [{ operation: "transfrom" }] },
    "/steps/0/operation",
    '"steps.0.operation" must be one of transform, noop, not "transfrom". Did you mean ' +
      '"transform"?',
  ],
  [{ ...good, dataset: { did: 3 } }, "/dataset/did", '"dataset.did" must be a text, not 3.'],
  [[], "", "The body must be an object, not a list."],
])("%j is refused at %j", (body, pointer, detail) => {
  expect(errorsOf(body)).toContainEqual({ pointer, detail });
});

test("the keys known at a place are those of every shape allowed there", () => {
  expect(knownKeys(schema, [])).toEqual(["title", "dataset", "steps", "a/b~c"]);
  expect(knownKeys(schema, ["dataset"])).toEqual(["files", "did"]);
  expect(knownKeys(schema, ["steps", 4])).toEqual(["operation"]);
  expect(knownKeys(schema, ["title"])).toEqual([]);
  expect(knownKeys(schema, ["toString"])).toEqual([]);
});

test.each([
  ["selecton", ["selection", "format"], ' Did you mean "selection"?'],
  ["FORMAT", ["selection", "format"], ' Did you mean "format"?'],
  ["fromat", ["selection", "format"], ' Did you mean "format"?'],
  ["x", ["selection", "format"], ""],
  ["entirely", ["selection", "format"], ""],
  ["selection".repeat(10), ["selection"], ""],
])("for %j of %j it asks%s", (word, known, question) => {
  expect(didYouMean(word, known)).toBe(question);
});

// Every odd file through a started service with workers: its fate, its sentence, what was
// understood of it, and its values as pyarrow and Python read them.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FileWithHistory, Submit } from "../../src/client/client.ts";
import { temporaryFolder } from "../support/folder.ts";
import { bytesOf, type FileCase, type Format, formats, stepOf } from "./case.ts";
import { cases } from "./cases/index.ts";
import { openReader, type ResultReader } from "./reader.ts";
import { differenceOf } from "./same.ts";
import { type Ended, type FilesService, startFilesService, transformStep } from "./service.ts";
import { openWays, type Place, type Ways } from "./ways.ts";

const folder = temporaryFolder("odd-files-service");
let reader: ResultReader;
let ways: Ways;
let files: FilesService;

beforeAll(async () => {
  reader = await openReader();
  ways = await openWays(folder);
  files = await startFilesService({
    INPUT_ROOTS: folder,
    INPUT_HOSTS: "127.0.0.1",
    STORE_URL: ways.storeUrl,
  });
  for (const concurrency of [1, 2]) files.addWorker(concurrency);
});
afterAll(async () => {
  await files?.close();
  reader?.close();
  await ways?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Files with the same settings are one request: their cases, in the order of its dataset. */
function groupsOf(turn: number): { format: Format; members: FileCase[] }[] {
  const groups = new Map<string, { format: Format; members: FileCase[] }>();
  for (const one of cases) {
    const fitting = one.formats ?? formats;
    const format = fitting[turn % fitting.length] ?? "parquet";
    const key = JSON.stringify(stepOf(one, format));
    const group = groups.get(key) ?? { format, members: [] };
    group.members.push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const waysIn: [string, number, (ways: Ways) => Place][] = [
  ["a disk", 0, ({ disk }) => disk],
  ["a web server", 1, ({ web }) => web],
  ["an S3 server", 2, ({ s3 }) => s3],
];

test.each(waysIn)("from %s all are what they should be", async (way, turn, placeOf) => {
  const place = placeOf(ways);
  const groups = groupsOf(turn);
  const bodies: Submit[] = [];
  for (const { format, members } of groups) {
    const locations = await placed(members, place, way.replaceAll(" ", "-"));
    const [first] = members;
    if (!first) continue;
    bodies.push({ dataset: { files: locations }, steps: [transformStep(stepOf(first, format))] });
  }
  await expectAsInCases(groups, await files.ended(await files.submit(bodies)));
});

test("from a step before, which read them, all keep their types and values", async () => {
  const groups = groupsOf(0);
  const bodies: Submit[] = [];
  for (const { format, members } of groups) {
    const [first] = members;
    if (!first) continue;
    const { selection, read, ...rest } = stepOf(first, format);
    const locations = await placed(members, ways.disk, "first-of-two");
    bodies.push({
      dataset: { files: locations },
      steps: [
        transformStep({ selection: "select * from input", ...(read && { read }) }),
        transformStep({ selection, ...rest }),
      ],
    });
  }
  const twice = groups.map(({ format, members }) => ({ format, members: members.map(afterStep) }));
  await expectAsInCases(twice, await files.ended(await files.submit(bodies)));
});

const afterStep = ({ failsAfterStep, ...one }: FileCase): FileCase =>
  failsAfterStep ? { ...one, fails: failsAfterStep } : one;

async function placed(members: FileCase[], place: Place, way: string): Promise<string[]> {
  const locations: string[] = [];
  for (const one of members)
    locations.push(await place(`${way}/${cases.indexOf(one)}/${one.file}`, await bytesOf(one)));
  return locations;
}

async function expectAsInCases(
  groups: { format: Format; members: FileCase[] }[],
  ended: Ended[],
): Promise<void> {
  const wrong: string[] = [];
  for (const [index, { format, members }] of groups.entries()) {
    const request = ended[index];
    for (const [place, one] of members.entries()) {
      const file = request?.files[place];
      if (!file) throw new Error(`${one.name} is not a file of the request.`);
      const problem = one.fails
        ? problemOfFailure(one.fails, file)
        : await problemOfRows(one, file, request, format);
      if (problem) wrong.push(`${one.name}, as ${format}: ${problem}`);
    }
  }
  expect(wrong).toEqual([]);
}

function problemOfFailure(words: (string | RegExp)[], file: FileWithHistory): string | undefined {
  const { state, error } = file;
  if (state !== "failed" || error?.class !== "bad_input")
    return `it is ${state}, ${error?.class}: ${error?.message}`;
  const missing = words.find((word) =>
    word instanceof RegExp ? !word.test(error.message) : !error.message.includes(word),
  );
  return missing === undefined ? undefined : `no ${String(missing)} in: ${error.message}`;
}

async function problemOfRows(
  one: FileCase,
  { file, state, error, readings }: FileWithHistory,
  request: Ended,
  format: Format,
): Promise<string | undefined> {
  if (state !== "done") return `it is ${state}: ${error?.message}`;
  // Of two steps the first one read the file
  const readAs = readings.find(({ step }) => step === 1)?.read_as;
  if (one.columns && JSON.stringify(readAs?.columns) !== JSON.stringify(one.columns))
    return `its columns are ${JSON.stringify(readAs?.columns)}`;
  if (one.types && JSON.stringify(readAs?.types) !== JSON.stringify(one.types))
    return `its types are ${JSON.stringify(readAs?.types)}`;
  const path = join(folder, "result");
  writeFileSync(path, await request.result(file));
  return differenceOf(one.rows ?? [], await reader.rows(path, format), format);
}

// Each text of the ISIMIP Files API's contract (1.4 and 3), letter for letter.

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Isimip, startIsimip } from "./isimip.ts";

let isimip: Isimip;
beforeAll(async () => {
  isimip = await startIsimip({ LOCAL_WORKERS: "0" });
  symlinkSync("/etc", join(isimip.root, "etc"));
  writeFileSync(join(isimip.folder, "outside.nc"), "");
  symlinkSync(join(isimip.folder, "outside.nc"), join(isimip.root, "link.nc"));
  mkdirSync(join(isimip.root, "folder.nc"));
  execFileSync("mkfifo", [join(isimip.root, "pipe.nc")]);
});
afterAll(() => isimip?.remove());

const path = "one/tas_global_daily.nc";
const box = { operation: "select_bbox", bbox: [0, 10, -5, 5] };
type Errors = { status: string; errors: Record<string, string | string[]> };

async function errorsOf(version: string, body: unknown): Promise<Errors["errors"]> {
  const answer = await isimip.post<Errors>(version, body);
  expect([answer.status, answer.body?.status], answer.text).toEqual([400, "error"]);
  expect(answer.text).not.toContain(isimip.root);
  return answer.body.errors;
}

describe("version 2", () => {
  test.each([
    ["nothing", ""],
    ["null", "null"],
    ["an empty object", {}],
    ["an empty list", []],
  ])("%s", async (_, body) => {
    expect(await errorsOf("v2", body)).toEqual({ data: ["No json data provided with POST"] });
  });

  test.each([["[1]"], ['"text"'], ["{"], ["[".repeat(100_000)]])("%.20s", async (body) => {
    const errors = await errorsOf("v2", body);
    expect(errors.data).toHaveLength(1);
    if (body.length < 10) expect(errors.data).toEqual(["Provided json data is malformatted"]);
  });

  test("no content type, and another one", async () => {
    for (const headers of [{}, { "content-type": "text/plain" }]) {
      const answer = await isimip.call<Errors>("POST", "/isimip/api/v2", {
        headers,
        body: Buffer.from(JSON.stringify({ paths: [path], operations: [box] })),
      });
      expect([answer.status, answer.body.status]).toEqual([415, "error"]);
    }
  });

  const required = "This field is required.";
  const malformed = "Provided json data is malformatted.";
  test.each([
    [{ x: 1 }, { paths: [required], operations: [required] }],
    [
      { paths: [], operations: [] },
      { paths: [required], operations: [required] },
    ],
    [
      { paths: "a", operations: { a: 1 } },
      { paths: [malformed], operations: [malformed] },
    ],
    [
      { paths: Array(33).fill(path), operations: Array(5).fill(box) },
      {
        paths: ["To many files match that dataset (max: 32)."],
        operations: ["To many operations provided (max: 4)."],
      },
    ],
  ])("the two fields: %j", async (body, errors) => {
    expect(await errorsOf("v2", body)).toEqual(errors);
  });

  test.each([
    [5, "5 is not a file path."],
    [null, "null is not a file path."],
    ["../x.nc", "../x.nc is below the root path."],
    ["/etc/passwd", "/etc/passwd is below the root path."],
    ["etc/passwd.nc", "etc/passwd.nc was not found on the server."],
    ["etc/../../x.nc", "etc/../../x.nc is below the root path."],
    ["link.nc", "link.nc is below the root path."],
    ["a\0b.nc", "a\0b.nc is below the root path."],
    ["one/x.txt", "one/x.txt is not a NetCDF file."],
    ["one/x.nc", "one/x.nc was not found on the server."],
    ["folder.nc", "folder.nc was not found on the server."],
    ["pipe.nc", "pipe.nc was not found on the server."],
    [`${"long".repeat(2000)}.nc`, `${"long".repeat(50)} was not found on the server.`],
    ["\ud800.nc", "\ufffd.nc was not found on the server."],
  ])("the path %.40j", async (given, text) => {
    expect(await errorsOf("v2", { paths: [given], operations: [box] })).toEqual({ paths: [text] });
  });

  const of = (operation: string, ...texts: string[]) =>
    texts.map((text) => `${text} for operation "${operation}"`);
  const bboxForm = "bbox is not of the form [%f, %f, %f, %f]";
  const pointForm = "point is not of the form [%f, %f]";
  const maskLetters =
    'only letters, numbers, hyphens, underscores, and periods are permitted in "mask"';
  test.each<[object, string[]]>([
    [{ bbox: undefined }, of("select_bbox", "bbox is missing")],
    [{ bbox: [0, 10, 0] }, of("select_bbox", bboxForm)],
    [{ bbox: [0, 10, 0, 5, 6] }, of("select_bbox", bboxForm)],
    [{ bbox: [0, "10", 0, 5] }, of("select_bbox", bboxForm)],
    [{ bbox: { west: 1 } }, of("select_bbox", bboxForm)],
    [{ bbox: [181, 190, -91, 95] }, of("select_bbox", "west longitude is > 180 in bbox")],
    [{ bbox: [-181, 0, 0, 0] }, of("select_bbox", "west longitude is < -180 in bbox")],
    [{ bbox: [0, 181, 0, 0] }, of("select_bbox", "east longitude is > 180 in bbox")],
    [{ bbox: [0, -181, 0, 0] }, of("select_bbox", "east longitude is < -180 in bbox")],
    [{ bbox: [0, 0, 91, 0] }, of("select_bbox", "south latitude is > 90 in bbox")],
    [{ bbox: [0, 0, -91, 0] }, of("select_bbox", "south latitude is < -90 in bbox")],
    [{ bbox: [0, 0, 0, 91] }, of("select_bbox", "north latitude is > 90 in bbox")],
    [{ bbox: [0, 0, 0, -91] }, of("select_bbox", "north latitude is < -90 in bbox")],
    [{ bbox: [0, 10, 5, -5] }, of("select_bbox", "south is not below north in bbox")],
    [{ operation: "select_point" }, of("select_point", "point is missing")],
    [{ operation: "select_point", point: [1] }, of("select_point", pointForm)],
    [{ operation: "select_point", point: { lat: 1 } }, of("select_point", pointForm)],
    [{ operation: "cutout_point", point: 5 }, of("cutout_point", pointForm)],
    [
      { operation: "cutout_point", point: [0, 181] },
      of("cutout_point", "longitude is > 180 in point"),
    ],
    [
      { operation: "cutout_point", point: [0, -181] },
      of("cutout_point", "longitude is < -180 in point"),
    ],
    [
      { operation: "cutout_point", point: { lat: 91, lon: 0 } },
      of("cutout_point", "latitude is > 90 in point"),
    ],
    [
      { operation: "cutout_point", point: { lat: -91, lon: 0 } },
      of("cutout_point", "latitude is < -90 in point"),
    ],
    [{ operation: "mask_country" }, of("mask_country", "country is missing")],
    ...[5, "xyz", ["deu"]].map((country): [object, string[]] => [
      { operation: "mask_country", country },
      of("mask_country", "country not in the list of supported countries (e.g. deu)"),
    ]),
    [{ operation: "mask_mask" }, of("mask_mask", "mask is missing")],
    ...["a/b", "ä", "a.nc\n", "", "../../x", ".nc", 5].map((mask): [object, string[]] => [
      { operation: "mask_mask", mask },
      of("mask_mask", maskLetters),
    ]),
    [
      { operation: "mask_mask", mask: "a..nc" },
      of("mask_mask", 'consecutive periods are not permitted in "mask"'),
    ],
    [
      { operation: "mask_mask", mask: "a.nc", var: "m-0" },
      of("mask_mask", 'only letters, numbers, underscores are permitted in "var"'),
    ],
    [
      { compute_mean: "yes", output_csv: 2, bbox: [] },
      of(
        "select_bbox",
        bboxForm,
        'only true or false are permitted in "compute_mean"',
        'only true or false are permitted in "output_csv"',
      ),
    ],
    [{ operation: "other" }, ['operation "other" was not found']],
    [{ operation: [1] }, ['operation "[1]" was not found']],
    [{ operation: undefined }, ['operation [0] does not have a "operation" key']],
  ])("an operation with %j", async (more, operations) => {
    const body = { paths: [path], operations: [{ ...box, ...more }] };
    expect(await errorsOf("v2", body)).toEqual({ operations });
  });

  test("paths and operations are told of together, and several operations in their order", async () => {
    const operations = [5, { ...box, bbox: [] }, { ...box, output_csv: true }, box];
    expect(await errorsOf("v2", { paths: ["x.nc"], operations })).toEqual({
      paths: ["x.nc was not found on the server."],
      operations: [
        "operation [0] is not an object",
        ...of("select_bbox", bboxForm),
        '"output_csv" is only permitted in the last operation, not for operation "select_bbox"',
      ],
    });
  });

  test("a mask that is not sent with the job", async () => {
    const operations = [{ operation: "mask_mask", mask: "a.nc" }];
    expect(await errorsOf("v2", { paths: [path], operations })).toEqual({
      uploads: ['File "a.nc" for operation "mask_mask" is not part of the uploads'],
    });
  });
});

describe("version 1", () => {
  test("no JSON", async () => {
    const noData = { data: "No json data provided with POST" };
    expect(await errorsOf("v1", {})).toEqual(noData);
    expect(await errorsOf("v1", "[1]")).toEqual({ data: "Provided json data is malformatted" });
    expect(await errorsOf("v1", "{")).toEqual({ data: "Provided json data is malformatted" });
    const answer = await isimip.call<Errors>("POST", "/isimip/api/v1", {
      ...{ headers: { "content-type": "text/plain" }, body: "{}" },
    });
    expect([answer.status, answer.body.errors]).toEqual([400, noData]);
  });

  const task = "mask_landonly";
  const bboxForm = "bbox is not of the form [%f, %f, %f, %f]";
  test.each<[object, object]>([
    [{ x: 1 }, { paths: ["This field is required."], task: "task needs to be provided" }],
    [
      { task, paths: Array(33).fill(path) },
      { paths: ["To many files match that dataset (max: 32)."] },
    ],
    [{ task, paths: ["../x.nc"] }, { paths: ["../x.nc is below the root path."] }],
    [{ task, paths: ["x.nc"] }, { paths: ["x.nc was not found on the server."] }],
    [
      { task, paths: ["x.txt"] },
      { paths: ["x.txt was not found on the server.", "x.txt is not a NetCDF file.."] },
    ],
    [{ paths: [path], task: "mask_mask" }, { task: "task needs to be provided" }],
    [{ paths: [path], task: 5 }, { task: "task needs to be provided" }],
    [{ paths: [path], task: "mask_bbox", bbox: [1] }, { bbox: bboxForm }],
    [{ paths: [path], task: "mask_bbox", bbox: "a" }, { bbox: bboxForm }],
    [
      { paths: [path], task: "mask_bbox", bbox: [-95, 0, 0, 0] },
      { bbox: "south latitude is < -90 in bbox" },
    ],
    [
      { paths: [path], task: "select_point", point: [1] },
      { bbox: "bbox is not of the form [%f, %f]" },
    ],
    [
      { paths: [path], task: "mask_country", country: "xyz" },
      { country: "country not in the list of supported countries (e.g. DEU)" },
    ],
    [{ paths: [path], task: "mask_country" }, { args: "country needs to be provided" }],
    [{ paths: [path], task: "select_bbox" }, { args: "bbox needs to be provided" }],
    [{ paths: [path], task: "select_point" }, { args: "point needs to be provided" }],
  ])("%j", async (body, errors) => {
    expect(await errorsOf("v1", body)).toEqual(errors);
  });
});

test("a job is taken without a look into its files", async () => {
  writeFileSync(join(isimip.root, "one/text.nc"), "no NetCDF");
  const paths = ["one/text.nc"];
  for (const [version, more] of [
    ["v1", { task: "mask_landonly" }],
    ["v2", { operations: [box] }],
  ] as const) {
    const { status, body } = await isimip.post(version, { paths, ...more });
    expect([status, body]).toMatchObject([201, { status: "queued", meta: {} }]);
  }
});

test("what is not there, and other methods, are told in JSON", async () => {
  for (const below of ["v2/1", `v2/${"a".repeat(40)}`, "v1/x", "v3", "v2/a/b"]) {
    const answer = await isimip.call<object>("GET", `/isimip/api/${below}`);
    expect([answer.status, answer.body], below).toEqual([404, { status: "not found" }]);
  }
  const put = await isimip.call<Errors>("PUT", "/isimip/api/v2");
  expect([put.status, put.body.status, put.headers.get("allow")]).toEqual([
    ...[405, "error", "GET, HEAD, POST"],
  ]);
});

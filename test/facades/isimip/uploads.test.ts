// Files that come with a job.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { valuesOf, writeNetcdf } from "../../support/netcdf.ts";
import { until } from "../../support/wait.ts";
import { globe, type Isimip, type Job, startIsimip, tas } from "./isimip.ts";

let isimip: Isimip;
beforeAll(async () => {
  isimip = await startIsimip({ ISIMIP_UPLOAD_MEGABYTES: "2" });
});
afterAll(() => isimip?.remove());

const daily = "one/tas_global_daily.nc";
const isIn = (row: number, column: number) => row >= 3 && row < 6 && column >= 30;
const box = (_: number, row: number, column: number) => (isIn(row, column) ? 1 : undefined);

function mask(): Buffer {
  const path = join(isimip.folder, "box.nc");
  if (!existsSync(path)) writeNetcdf(path, { ...globe, variables: { m_0: box, m_1: tas } });
  return readFileSync(path);
}

/** As the client sends it: every part is a file. */
function post<Shape = Job>(data: unknown, uploads: Record<string, Buffer> = {}) {
  const form = new FormData();
  form.append("data", new Blob([typeof data === "string" ? data : JSON.stringify(data)]), "data");
  for (const [name, bytes] of Object.entries(uploads))
    form.append(name, new Blob([new Uint8Array(bytes)]), "x");
  return isimip.call<Shape>("POST", "/isimip/api/v2", { body: form });
}

const masked = (name: string) => ({
  paths: [daily, "one/pr_global.nc4"],
  operations: [{ operation: "mask_mask", mask: name }],
});

test("a mask that comes with the job is read by the worker of each file, and gone with the job", async () => {
  const posted = await post(masked("box.nc"), { "box.nc": mask(), "other.nc": Buffer.from("x") });
  expect(posted.status, posted.text).toBe(201);
  const job = await isimip.ended(posted.body);
  expect(job).toMatchObject({ status: "finished", meta: { created_files: 2, errors: {} } });
  const zip = await isimip.zip(job);
  expect([...zip.keys()]).toEqual(["tas_box_daily.nc", "pr_box.nc4", "README.txt"]);
  expect(zip.get("README.txt")).toContain("-ifthen -selname,m_0 box.nc tas_global_daily.nc");
  const { request = "" } = /output\/(?<request>[^/]+)/.exec(job.file_url ?? "")?.groups ?? {};
  const bucket = join(isimip.service.dataDir, "store", request);
  expect(stored(bucket)).toContain("attachments%2Fbox.nc");
  expect(stored(bucket)).not.toContain("other.nc");
  const again = await post(masked("box.nc"), { "box.nc": mask() });
  expect([again.status, again.body.id]).toEqual([200, job.id]);
  expect((await isimip.call("DELETE", job.job_url)).status).toBe(204);
  expect(existsSync(bucket)).toBe(false);
});

function stored(bucket: string): string {
  return readdirSync(bucket, { recursive: true }).join("\n");
}

test("the cells of the mask keep their values, and only those", async () => {
  const { body } = await post({ ...masked("cells.nc"), paths: [daily] }, { "cells.nc": mask() });
  const job = await isimip.ended(body);
  const path = (await isimip.unpacked(job)).get("tas_cells_daily.nc") ?? "";
  const expected = [0, 1].flatMap((day) =>
    globe.lat.flatMap((_, row) =>
      globe.lon.map((_, column) => (isIn(row, column) ? tas(day, row, column) : undefined)),
    ),
  );
  expect(valuesOf(path, "tas")).toEqual(expected);
});

test("other content of the same name is another job, and so is the same of another name", async () => {
  const ids = new Set<string>();
  const other = Buffer.concat([mask(), Buffer.from([0])]);
  for (const [name, bytes] of [
    ["a.nc", mask()],
    ["a.nc", other],
    ["b.nc", mask()],
  ] as const)
    ids.add((await post(masked(name), { [name]: bytes })).body.id);
  expect(ids.size).toBe(3);
});

test("two uploads whose names are exchanged are another job", async () => {
  const names = ["a.nc", "b.nc"];
  const operations = names.map((name) => ({ operation: "mask_mask", mask: name }));
  const other = Buffer.concat([mask(), Buffer.from([0])]);
  const ids = new Set<string>();
  for (const [a, b] of [
    [mask(), other],
    [other, mask()],
  ] as const)
    ids.add((await post({ paths: [daily], operations }, { "a.nc": a, "b.nc": b })).body.id);
  expect(ids.size).toBe(2);
});

type Errors = { errors: Record<string, string[]> };
const badName =
  "only letters, numbers, hyphens, underscores, and single periods are permitted in the name of " +
  "an upload";

test.each([
  ["../../evil.zip", badName],
  ["/etc/cron.d/x", badName],
  [".hidden", badName],
  ["a..b", badName],
  ["a\0b", badName],
  ["a b.nc", badName],
])("an upload called %j is refused, and nothing is written for it", async (name, text) => {
  const { status, body } = await post<Errors>(masked("x.nc"), { [name]: mask() });
  expect([status, body]).toMatchObject([400, { errors: { uploads: [text] } }]);
  expect(existsSync(join(isimip.folder, "../evil.zip"))).toBe(false);
});

test("what is wrong with a form is told, and no file of it stays", async () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`m${at}.nc`, mask()]));
  const cases: [Promise<{ status: number; body: Errors }>, number, object][] = [
    [
      post<Errors>(masked("x.nc"), { "y.nc": mask() }),
      400,
      { uploads: ['File "x.nc" for operation "mask_mask" is not part of the uploads'] },
    ],
    [post<Errors>("{"), 400, { data: ["Provided json data is malformatted"] }],
    [post<Errors>(""), 400, { data: ["No json data provided with POST"] }],
    [post<Errors>(masked("x.nc"), many), 400, { uploads: ["To many uploads provided (max: 8)."] }],
    [
      post<Errors>(masked("x.nc"), { "x.nc": Buffer.alloc(3 * 2 ** 20) }),
      413,
      { data: ["A job comes with at most 2 MB."] },
    ],
    [
      isimip.call<Errors>("POST", "/isimip/api/v2", { body: plainField() }),
      400,
      { data: ["No json data provided with POST"] },
    ],
    [
      isimip.call<Errors>("POST", "/isimip/api/v2", {
        headers: { "content-type": "multipart/form-data" },
        body: "x",
      }),
      400,
      { data: ["Provided json data is malformatted"] },
    ],
    [
      isimip.call<Errors>("POST", "/isimip/api/v2", {
        headers: { "content-type": "multipart/form-data; boundary=b" },
        body: '--b\r\nContent-Disposition: form-data; name="data"; filename="data"\r\n\r\n{"pa',
      }),
      400,
      { data: ["Provided json data is malformatted"] },
    ],
  ];
  for (const [answer, status, errors] of cases) {
    const { status: found, body } = await answer;
    expect([found, body]).toMatchObject([status, { status: "error", errors }]);
  }
  const forms = join(isimip.service.dataDir, "forms");
  await until(() => readdirSync(forms).length === 0);
});

test("an upload of a gigabyte is refused at its first megabytes, and nothing of it stays", async () => {
  const megabyte = Buffer.alloc(2 ** 20);
  const begin =
    '--b\r\nContent-Disposition: form-data; name="x.nc"; filename="x.nc"\r\n' +
    "Content-Type: application/octet-stream\r\n\r\n";
  let sent = 0;
  const parts = (function* () {
    yield Buffer.from(begin);
    for (; sent < 1024; sent++) yield megabyte;
    yield Buffer.from("\r\n--b--\r\n");
  })();
  const { status, text } = await new Promise<{ status: number; text: string }>(
    (resolve, reject) => {
      const headers = { "content-type": "multipart/form-data; boundary=b" };
      const url = `${isimip.service.url}/isimip/api/v2`;
      const call = request(url, { method: "POST", headers }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += String(chunk)));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on("error", reject);
      });
      const body = Readable.from(parts);
      // The service hangs up when it has answered
      call.on("error", () => body.destroy());
      call.on("response", () => body.destroy());
      body.on("error", () => undefined);
      body.pipe(call);
    },
  );
  expect([status, JSON.parse(text)]).toEqual([
    413,
    { status: "error", errors: { data: ["A job comes with at most 2 MB."] } },
  ]);
  expect(sent).toBeLessThan(64);
  await until(() => readdirSync(join(isimip.service.dataDir, "forms")).length === 0);
});

function plainField(): FormData {
  const form = new FormData();
  form.append("data", JSON.stringify(masked("x.nc")));
  return form;
}

test("an upload that is no NetCDF fails the files with its own name", async () => {
  const { body } = await post(masked("text.nc"), { "text.nc": Buffer.from("text") });
  const job = await isimip.ended(body);
  expect(job).toMatchObject({
    status: "failed",
    meta: {
      errors: {
        "tas_global_daily.nc": [
          "The mask text.nc is no NetCDF file with coordinates lon and lat in degrees.",
        ],
      },
    },
  });
});

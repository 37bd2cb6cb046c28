// Where on the globe the values of a job come from.
import { afterAll, beforeAll, expect, test } from "vitest";
import { valuesOf } from "../../support/netcdf.ts";
import { globe, type Isimip, startIsimip, tas } from "./isimip.ts";

let isimip: Isimip;
beforeAll(async () => {
  isimip = await startIsimip();
});
afterAll(() => isimip?.remove());

const daily = "one/tas_global_daily.nc";

/** The one result of a job: its name, and its values. */
async function resultOf(operation: object): Promise<{ name: string; values: unknown[] }> {
  const { body, text } = await isimip.post("v2", { paths: [daily], operations: [operation] });
  const job = await isimip.ended(body);
  expect(job, text).toMatchObject({ status: "finished" });
  const [[name, path] = ["", ""]] = await isimip.unpacked(job);
  return { name, values: valuesOf(path, "tas") };
}

/** The cell of longitude 150, latitude -33: its centre is at 145, as halves go to the even one. */
const there = [0, 1].map((day) => tas(day, 5, 32));
const name = "tas_lon150.0lat-33.0_daily.nc";

test.each(["select_point", "cutout_point"])(
  "%s at longitude 150, latitude -33 is that cell, as a list and as an object",
  async (operation) => {
    for (const point of [[-33, 150], { lat: -33, lon: 150 }, { lon: 150, lat: -33 }])
      expect(await resultOf({ operation, point })).toEqual({ name, values: there });
  },
);

test.each(["select_bbox", "cutout_bbox"])(
  "%s over the date line has the cells on both sides of it, and no other",
  async (operation) => {
    const { values } = await resultOf({ operation, bbox: [160, -160, -10, 10] });
    const columns = globe.lon.flatMap((lon, column) => (Math.abs(lon) > 160 ? [column] : []));
    const expected = [0, 1].flatMap((day) =>
      [8, 9].flatMap((row) => columns.map((column) => tas(day, row, column))),
    );
    expect(values.toSorted()).toEqual(expected.toSorted());
  },
);

test.each([
  ['{"operation": "select_bbox", "bbox": [0, 10, 5, -5]}', "south is not below north in bbox"],
  ['{"operation": "select_bbox", "bbox": [0, "10", -5, 5]}', "bbox is not of the form"],
  ['{"operation": "select_bbox", "bbox": [0, 10, NaN, 5]}', "Provided json data is malformatted"],
  ['{"operation": "select_bbox", "bbox": [0, 10, -5, 1e999]}', "bbox is not of the form"],
])("a box that is none is refused: %s", async (operation, text) => {
  const body = `{"paths": ["${daily}"], "operations": [${operation}]}`;
  const answer = await isimip.post("v2", body);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(text);
});

test("in the documented order a list is that cell too, where the site says so", async () => {
  await isimip.service.stop();
  await isimip.again({ ISIMIP_POINT_ORDER: "lonlat" });
  for (const point of [[150, -33], { lat: -33, lon: 150 }])
    expect(await resultOf({ operation: "select_point", point })).toEqual({ name, values: there });
  const swapped = await isimip.post<{ errors: object }>("v2", {
    paths: [daily],
    operations: [{ operation: "select_point", point: [-33, 150] }],
  });
  expect([swapped.status, swapped.body.errors]).toEqual([
    400,
    {
      operations: ['point is [lon, lat], and 150 is no latitude, for operation "select_point"'],
    },
  ]);
});

// npm run example:isimip: a throwaway service, a job of the ISIMIP Files API on the example file, what it cut out as a picture, and everything stopped again.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { z } from "zod";
import { say, withService } from "../throwaway.ts";
import { pictureOf } from "./picture.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const picture = "isimip-example.png";
const question = {
  paths: ["tas_global_daily.nc"],
  operations: [
    { operation: "mask_country", country: "bra" },
    { operation: "select_bbox", bbox: [-80, -30, -40, 10] },
  ],
};

const job = z.object({
  job_url: z.string(),
  status: z.string(),
  meta: z.unknown(),
  file_url: z.string().optional(),
});

const variable = z.object({
  attributes: z
    .object({ _FillValue: z.number().optional(), missing_value: z.number().optional() })
    .default({}),
  data: z.array(z.unknown()).default([]),
});
const printed = z.object({ variables: z.object({ lon: variable, tas: variable }) });

const settings = {
  INPUT_ROOTS: here,
  ISIMIP_INPUT_PATH: here,
  ISIMIP_COUNTRYMASKS_FILE_PATH: join(here, "countrymasks.nc"),
  ISIMIP_LANDSEAMASK_FILE_PATH: join(here, "landseamask.nc"),
};

await withService(settings, async ({ url, folder }) => {
  say(`It is ready at ${url}. The job: ${JSON.stringify(question)}`);
  const posted = await fetch(`${url}/isimip/api/v2`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
  });
  let now = job.parse(await posted.json());
  while (["queued", "started"].includes(now.status)) {
    await pause(200);
    now = job.parse(await (await fetch(now.job_url)).json());
  }
  say(`${now.status}: ${JSON.stringify(now.meta)}`);
  if (now.file_url === undefined) throw new Error("No file came out.");
  const zip = new Uint8Array(await (await fetch(now.file_url)).arrayBuffer());
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    console.log(`${name}: ${bytes.length} bytes`);
    if (!name.endsWith(".nc")) continue;
    writeFileSync(join(folder, "cut.nc"), bytes);
    writeFileSync(picture, pictureOf(valuesOf(join(folder, "cut.nc"))));
    console.log(`${picture}: a picture of it`);
  }
});

/** The values of the day, row by row; null where there is none. */
function valuesOf(path: string): { width: number; values: (number | null)[] } {
  const text = execFileSync("ncks", ["--jsn", path], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const { lon, tas } = printed.parse(JSON.parse(text)).variables;
  const missing = tas.attributes._FillValue ?? tas.attributes.missing_value;
  const values = tas.data
    .flat(3)
    .map((value) => (typeof value === "number" && value !== missing ? value : null));
  return { width: lon.data.length, values };
}

// A real service with real cdo and ncks, spoken to in the words of the ISIMIP Files API.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { temporaryFolder } from "../../support/folder.ts";
import { needNetcdfTools, steps, writeNetcdf } from "../../support/netcdf.ts";
import { type Service, startService } from "../../support/service.ts";
import { until } from "../../support/wait.ts";

export interface Job {
  id: string;
  job_url: string;
  meta: {
    created_files?: number;
    total_files?: number;
    errors?: Record<string, string[]>;
    points?: { operation: string; lat: number; lon: number }[];
    notes?: string[];
  };
  ttl: number | null;
  status: string;
  file_name?: string;
  file_url?: string;
}

export interface Answer<Shape = Job> {
  status: number;
  headers: Headers;
  text: string;
  body: Shape;
}

export interface Isimip {
  service: Service;
  /** ISIMIP_INPUT_PATH */
  root: string;
  folder: string;
  call<Shape = Job>(method: string, path: string, more?: RequestInit): Promise<Answer<Shape>>;
  /** as JSON; a text is sent as it is */
  post<Shape = Job>(version: string, body: unknown): Promise<Answer<Shape>>;
  /** asks at its address until it has ended */
  ended(job: Job, timeoutSeconds?: number): Promise<Job>;
  /** entries of the job's zip, by name */
  zip(job: Job): Promise<Map<string, string>>;
  /** by their names, paths to which the entries were written */
  unpacked(job: Job): Promise<Map<string, string>>;
  again(more?: Record<string, string>): Promise<void>;
  remove(): Promise<void>;
}

/** Cells of ten degrees; a value tells its day, row and column. */
export const globe = { lon: steps(-175, 10, 36), lat: steps(-85, 10, 18) };
export const tas = (day: number, row: number, column: number) => day * 10_000 + row * 100 + column;
const germany = (_: number, row: number, column: number) =>
  row === 13 && column === 18 ? 1 : undefined;

export async function startIsimip(env: Record<string, string> = {}): Promise<Isimip> {
  needNetcdfTools();
  const folder = temporaryFolder("isimip");
  const root = join(folder, "root");
  for (const name of ["one", "two", "masks"]) mkdirSync(join(root, name), { recursive: true });
  const days = [0, 1];
  for (const name of ["one/tas_global_daily.nc", "two/tas_global_daily.nc", "one/pr_global.nc4"])
    writeNetcdf(join(root, name), { ...globe, days, variables: { tas } });
  writeNetcdf(join(root, "masks/countries.nc"), { ...globe, variables: { m_DEU: germany } });
  writeNetcdf(join(root, "masks/land.nc"), { ...globe, variables: { mask: germany } });
  let service = await startService({
    INPUT_ROOTS: folder,
    ISIMIP_INPUT_PATH: root,
    ISIMIP_COUNTRYMASKS_FILE_PATH: join(root, "masks/countries.nc"),
    ISIMIP_LANDSEAMASK_FILE_PATH: join(root, "masks/land.nc"),
    SWEEP_SECONDS: "0.2",
    ...env,
  });

  const call = async <Shape>(method: string, path: string, more: RequestInit = {}) => {
    const url = path.startsWith("http") ? path : service.url + path;
    // Nothing of this API is elsewhere
    const answer = await fetch(url, { method, redirect: "error", ...more });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
    const body = (isJson && text !== "" ? JSON.parse(text) : undefined) as Shape;
    return { status: answer.status, headers: answer.headers, text, body };
  };

  const entries = async (job: Job): Promise<[string, Uint8Array][]> => {
    const answer = await fetch(job.file_url ?? "");
    if (answer.status !== 200) throw new Error(await answer.text());
    return Object.entries(unzipSync(new Uint8Array(await answer.arrayBuffer())));
  };

  return {
    get service() {
      return service;
    },
    root,
    folder,
    call,
    post: (version, body) =>
      call("POST", `/isimip/api/${version}`, {
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    ended: (job, timeoutSeconds = 90) =>
      until(
        async () => {
          const { body } = await call<Job>("GET", job.job_url);
          return ["queued", "started"].includes(body.status) ? undefined : body;
        },
        { timeoutSeconds, what: `the end of job ${job.id}` },
      ),
    async zip(job) {
      const texts = await entries(job);
      return new Map(texts.map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
    },
    async unpacked(job) {
      const paths = new Map<string, string>();
      for (const [name, bytes] of await entries(job)) {
        const path = join(folder, `${job.id}-${name}`);
        writeFileSync(path, bytes);
        paths.set(name, path);
      }
      return paths;
    },
    async again(more) {
      service = await service.again(more);
    },
    async remove() {
      await service.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

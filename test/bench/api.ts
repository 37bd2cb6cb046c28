// The calls of the API that the rows share; they need not be fast.
import { until } from "../support/wait.ts";

export interface RequestView {
  id: string;
  state: string;
  counters: Record<"total" | "waiting" | "queued" | "running" | "done" | "failed", number>;
}

export interface Task {
  request: string;
  file: number;
  step: number;
  attempt: number;
}

export async function call<Answer>(url: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url + path, {
    ...(body !== undefined && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
    signal: AbortSignal.timeout(300_000),
  });
  if (!response.ok)
    throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
  return (await response.json()) as Answer;
}

export function read(url: string, id: string): Promise<RequestView> {
  return call(url, `/v1/requests/${id}`);
}

/** Paths as long as those of a real dataset. */
export function paths(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) =>
      `root://eos.example//data/run3/DAOD_PHYSLITE/period${index % 97}/file.${String(index).padStart(7, "0")}.root`,
  );
}

/** A request whose window holds all its files: `workers` is what the window follows. */
export async function submit(url: string, files: number): Promise<string> {
  const workers = Math.min(Math.max(Math.ceil(files / 4), 1), 100_000);
  const { id } = await call<RequestView>(url, "/v1/requests", {
    dataset: { files: paths(files) },
    steps: [{ operation: "noop" }],
    workers,
  });
  return id;
}

/** Claims every file of a request, a thousand a call and so many calls at once. */
export async function claimAll(
  url: string,
  request: string,
  files: number,
  atOnce = 2,
): Promise<Task[]> {
  const claimed: Task[] = [];
  const ask = { worker: "bench", request, operations: ["noop"], max: 1000, wait_seconds: 1 };
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let empty = 0; claimed.length < files && empty < 100; ) {
        const { tasks } = await call<{ tasks: Task[] }>(url, "/v1/work/claim", ask);
        claimed.push(...tasks);
        empty = tasks.length ? 0 : empty + 1;
      }
    }),
  );
  if (claimed.length !== files)
    throw new Error(`${claimed.length} of ${files} files were handed out.`);
  return claimed;
}

/** Resolves when every file has its row in the request. */
export async function registered(
  url: string,
  request: string,
  files: number,
  { timeoutSeconds = 300, everyMilliseconds = 200 } = {},
): Promise<void> {
  const areAll = async () => (await read(url, request)).counters.total === files;
  await until(areAll, { timeoutSeconds, everyMilliseconds });
}

export function successOf({ request, file, step, attempt }: Task) {
  return { request, file, step, attempt, status: "success" };
}

export async function remove(url: string, request: string): Promise<void> {
  const response = await fetch(`${url}/v1/requests/${request}`, { method: "DELETE" });
  if (!response.ok) throw new Error(`DELETE: ${response.status} ${await response.text()}`);
}

export function ended(url: string, request: string, timeoutSeconds = 600): Promise<RequestView> {
  return until(
    async () => {
      const view = await read(url, request);
      return ["complete", "failed", "canceled"].includes(view.state) ? view : undefined;
    },
    { timeoutSeconds, what: `the end of ${request}` },
  );
}

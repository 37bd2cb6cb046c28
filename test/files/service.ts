// A started service with workers in processes of their own, as a user runs them.
import {
  type FileWithHistory,
  Longshore,
  type StepInput,
  type Submit,
} from "../../src/client/client.ts";
import { type Running, startCli } from "../support/cli.ts";
import { type Service, startService } from "../support/service.ts";

export interface FilesService {
  service: Service;
  client: Longshore;
  /** another worker; `concurrency`: files at once */
  addWorker(concurrency: number): Running;
  submit(bodies: Submit[]): Promise<string[]>;
  /** Waits for the ends of all; each has its files in the dataset's order. */
  ended(ids: string[]): Promise<Ended[]>;
  close(): Promise<void>;
}

export interface Ended {
  id: string;
  request: Awaited<ReturnType<Longshore["get"]>>;
  files: FileWithHistory[];
  /** the bytes of a file's result, of its last step */
  result(file: number): Promise<Buffer>;
}

export function transformStep(settings: Record<string, unknown>): StepInput {
  return { operation: "transform", ...settings } as StepInput;
}

export async function startFilesService(env: Record<string, string>): Promise<FilesService> {
  const service = await startService({ ...env, RUNNER: "external" });
  const client = new Longshore({ url: service.url });
  const workers: Running[] = [];
  const { INPUT_ROOTS = "", INPUT_HOSTS = "" } = env;
  return {
    service,
    client,
    addWorker(concurrency) {
      const name = `worker-${workers.length + 1}`;
      const worker = startCli(
        ["worker", "--url", service.url, "--name", name, "--concurrency", String(concurrency)],
        { env: { INPUT_ROOTS, ...(INPUT_HOSTS && { INPUT_HOSTS }), LOG_LEVEL: "warn" } },
      );
      workers.push(worker);
      return worker;
    },
    async submit(bodies) {
      const ids: string[] = [];
      for (const body of bodies) ids.push((await client.submit(body)).id);
      return ids;
    },
    async ended(ids) {
      const ended: Ended[] = [];
      for (const id of ids) {
        await client.wait(id);
        const urls = await resultUrls(client, id);
        ended.push({
          id,
          request: await client.get(id),
          files: await filesOf(client, id),
          result: async (file) => Buffer.from(await (await fetch(urls(file))).arrayBuffer()),
        });
      }
      return ended;
    },
    async close() {
      for (const { child } of workers) child.kill();
      await Promise.all(workers.map(({ ended }) => ended));
      await service.remove();
    },
  };
}

async function filesOf(client: Longshore, id: string): Promise<FileWithHistory[]> {
  const numbers: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.files(id, { limit: 1000, ...(cursor && { cursor }) });
    numbers.push(...page.items.map(({ file }) => file));
    cursor = page.next;
  }
  const files = await Promise.all(numbers.map((number) => client.file(id, number)));
  return files.sort((one, other) => one.file - other.file);
}

async function resultUrls(client: Longshore, id: string): Promise<(file: number) => string> {
  const urls = new Map<number | null, { step: number; url: string }>();
  for await (const { file, step, url } of client.results(id))
    if (step >= (urls.get(file)?.step ?? 0)) urls.set(file, { step, url });
  return (file) => {
    const found = urls.get(file);
    if (!found) throw new Error(`File ${file} has no result.`);
    return found.url;
  };
}

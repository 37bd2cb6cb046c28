import { until } from "../../../support/wait.ts";
import { call, claimAll, ended, paths, type RequestView, read, submit } from "../../api.ts";
import type { BenchService } from "../../bench.ts";
import type { Measured, Row } from "../../row.ts";
import { largeDataset } from "../registration.ts";
import { secondsSince } from "./users.ts";

const large = 20;
const small = 10;

export const besideLarge: Row = {
  name: "fairness: small beside large",
  about:
    `Requests of ${small} files one after the other, while ${large} requests of ` +
    `${largeDataset.toLocaleString("en")} files are registered, canceled and then deleted: the ` +
    "longest time from the answer to the last report until a read says complete.",
  async measure(bench): Promise<Measured[]> {
    const files = bench.quick ? 5_000 : largeDataset;
    const service = await bench.service();
    const { url } = service;
    const each = (ids: string[], work: (id: string) => Promise<unknown>) =>
      Promise.all(ids.map(work));
    const beside = async (what: string, work: Promise<unknown>): Promise<Measured> => {
      const took = await smallOnes(service, work);
      return {
        what: `last report → complete of ${small} files while ${large} × ${files.toLocaleString("en")} are ${what}`,
        value: Math.max(...took),
        unit: "s",
        must: { atMost: 2 },
        details: { requests: took.length },
      };
    };
    try {
      const body = { dataset: { files: paths(files) }, steps: [{ operation: "noop" }] };
      const ids: string[] = [];
      const registered = async () => {
        for (let n = 0; n < large; n++)
          ids.push((await call<RequestView>(url, "/v1/requests", body)).id);
        await each(ids, (id) =>
          until(async () => (await read(url, id)).counters.total === files, {
            timeoutSeconds: 1_800,
            everyMilliseconds: 1_000,
          }),
        );
      };
      const canceled = () =>
        each(ids, async (id) => {
          await call(url, `/v1/requests/${id}/cancel`, {});
          await ended(url, id, 1_800);
        });
      const deleted = () =>
        each(ids, async (id) => {
          await fetch(`${url}/v1/requests/${id}`, { method: "DELETE" });
          await until(async () => (await fetch(`${url}/v1/requests/${id}`)).status === 404);
        });
      return [
        await beside("registered", registered()),
        await beside("canceled", canceled()),
        await beside("deleted", deleted()),
      ];
    } finally {
      await service.remove();
    }
  },
};

/** Until the work has ended, and at least one. */
async function smallOnes({ url }: BenchService, work: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  const end = work.finally(() => {
    isOver = true;
  });
  // An error is thrown below.
  end.catch(() => undefined);
  const took: number[] = [];
  do {
    const request = await submit(url, small);
    const tasks = await claimAll(url, request, small, 1);
    const reports = tasks.map(({ request, file, step, attempt }) => ({
      ...{ request, file, step, attempt },
      status: "success",
    }));
    await call(url, "/v1/work/reports", { worker: "bench", reports });
    const answered = performance.now();
    await until(async () => (await read(url, request)).state === "complete", {
      everyMilliseconds: 5,
    });
    took.push(secondsSince(answered));
  } while (!isOver);
  await end;
  return took;
}

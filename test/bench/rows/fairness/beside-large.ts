import { until } from "../../../support/wait.ts";
import {
  call,
  claimAll,
  ended,
  paths,
  type RequestView,
  read,
  registered,
  remove,
  submit,
  successOf,
} from "../../api.ts";
import type { BenchService } from "../../bench.ts";
import type { Measured, Row } from "../../row.ts";
import { secondsSince } from "../../timed.ts";
import { largeDataset } from "../registration.ts";

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
      const register = async () => {
        for (let n = 0; n < large; n++)
          ids.push((await call<RequestView>(url, "/v1/requests", body)).id);
        await each(ids, (id) =>
          registered(url, id, files, { timeoutSeconds: 1_800, everyMilliseconds: 1_000 }),
        );
      };
      const cancel = () =>
        each(ids, async (id) => {
          await call(url, `/v1/requests/${id}/cancel`, {});
          await ended(url, id, 1_800);
        });
      const deleteAll = () =>
        each(ids, async (id) => {
          await remove(url, id);
          await until(async () => (await fetch(`${url}/v1/requests/${id}`)).status === 404);
        });
      return [
        await beside("registered", register()),
        await beside("canceled", cancel()),
        await beside("deleted", deleteAll()),
      ];
    } finally {
      await service.remove();
    }
  },
};

/** How long each took, one after the other until the work has ended; at least one. */
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
    await call(url, "/v1/work/reports", { worker: "bench", reports: tasks.map(successOf) });
    const answered = performance.now();
    await until(async () => (await read(url, request)).state === "complete", {
      everyMilliseconds: 5,
    });
    took.push(secondsSince(answered));
  } while (!isOver);
  await end;
  return took;
}

import { until } from "../../../support/wait.ts";
import { call, ended, paths, type RequestView, read } from "../../api.ts";
import type { Measured, Row } from "../../row.ts";
import { timed } from "../../timed.ts";

const files = 150_000;
const mustSeconds = 3;

export const deletion: Row = {
  name: "fairness: delete of many files",
  about:
    `A canceled request of ${files.toLocaleString("en")} files is deleted on a database without ` +
    "statistics: from the call until none of its rows is left. As many in a quick run.",
  async measure(bench): Promise<Measured[]> {
    const service = await bench.service();
    try {
      const { id } = await call<RequestView>(service.url, "/v1/requests", {
        dataset: { files: paths(files) },
        steps: [{ operation: "noop" }],
      });
      await until(async () => (await read(service.url, id)).counters.total === files, {
        timeoutSeconds: 300,
        everyMilliseconds: 200,
      });
      await call(service.url, `/v1/requests/${id}/cancel`, {});
      await ended(service.url, id);
      const left = async () =>
        (await service.db.query("SELECT FROM requests WHERE id = $1", [id])).length;
      const { seconds, usage } = await timed(bench, service, async () => {
        const answer = await fetch(`${service.url}/v1/requests/${id}`, { method: "DELETE" });
        if (!answer.ok) throw new Error(`DELETE: ${answer.status} ${await answer.text()}`);
        await until(async () => (await left()) === 0, { timeoutSeconds: 300 });
      });
      return [
        {
          what: `${files.toLocaleString("en")} files deleted`,
          value: seconds,
          unit: "s",
          must: { atMost: mustSeconds },
          details: usage,
        },
      ];
    } finally {
      await service.remove();
    }
  },
};

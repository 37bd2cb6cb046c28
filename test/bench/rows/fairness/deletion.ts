import { until } from "../../../support/wait.ts";
import { call, ended, paths, type RequestView, registered, remove } from "../../api.ts";
import type { Measured, Row } from "../../row.ts";
import { timed } from "../../timed.ts";

const files = 150_000;
const mustSeconds = 3;

export const deletion: Row = {
  name: "fairness: delete of many files",
  about:
    `A canceled request of ${files.toLocaleString("en")} files is deleted on a database without ` +
    "statistics: from the call until none of its rows is left. A quick run deletes as many.",
  async measure(bench): Promise<Measured[]> {
    const service = await bench.service();
    try {
      const { id } = await call<RequestView>(service.url, "/v1/requests", {
        dataset: { files: paths(files) },
        steps: [{ operation: "noop" }],
      });
      await registered(service.url, id, files);
      await call(service.url, `/v1/requests/${id}/cancel`, {});
      await ended(service.url, id);
      const left = async () =>
        (await service.db.query("SELECT FROM requests WHERE id = $1", [id])).length;
      const { seconds, usage } = await timed(bench, service, async () => {
        await remove(service.url, id);
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

import { call, paths, type RequestView, registered } from "../api.ts";
import type { Bench } from "../bench.ts";
import type { Measured, Row } from "../row.ts";
import { secondsSince, timed } from "../timed.ts";

/** The size of the dataset of ServiceX's issue 745. */
export const largeDataset = 219_029;

export const registration: Row = {
  name: "registration",
  about:
    `A list of ${largeDataset.toLocaleString("en")} paths in one POST /v1/requests, as a ` +
    "script sends it, until every file has its row in the request.",
  async measure(bench: Bench): Promise<Measured[]> {
    const files = bench.quick ? 20_000 : largeDataset;
    const service = await bench.service();
    try {
      const body = { dataset: { files: paths(files) }, steps: [{ operation: "noop" }] };
      let answered = 0;
      const { seconds, usage } = await timed(bench, service, async () => {
        const started = performance.now();
        const { id } = await call<RequestView>(service.url, "/v1/requests", body);
        answered = secondsSince(started);
        await registered(service.url, id, files, { everyMilliseconds: 100 });
      });
      return [
        {
          what: `${files.toLocaleString("en")} files registered`,
          value: seconds,
          unit: "s",
          must: { atMost: 20 },
          details: { "POST answered after s": answered.toFixed(1), ...usage },
        },
      ];
    } finally {
      await service.remove();
    }
  },
};

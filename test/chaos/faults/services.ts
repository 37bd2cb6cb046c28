import type { Stage } from "../stage.ts";
import type { Fault } from "./fault.ts";

/** A rolling restart, and all services at once. */
export function serviceFaults({ services }: Stage): Fault[] {
  const indices = services.urls.map((_url, index) => index);
  return [
    {
      kind: "services",
      what: "restarted in order, one after the other",
      async strike() {
        for (const index of indices) {
          const code = await services.stop(index);
          if (code !== 0) throw new Error(`Service ${index + 1} ended with ${code}.`);
          await services.start(index);
        }
      },
    },
    {
      kind: "services",
      what: "all killed at once",
      async strike() {
        await Promise.all(indices.map((index) => services.kill(index)));
        for (const index of indices) await services.start(index);
      },
    },
  ];
}

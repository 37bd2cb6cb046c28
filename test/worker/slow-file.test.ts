// A worker that has claimed many files keeps none of them waiting behind a slow one.
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { noop } from "../../src/operations/noop/index.ts";
import { makeHeldLeases } from "../../src/worker/held-leases.ts";
import { makeInputAccess } from "../../src/worker/input-access.ts";
import { makeReportBuffer } from "../../src/worker/report-buffer.ts";
import { openWorkApi } from "../../src/worker/work-api.ts";
import { runLoop } from "../../src/worker/worker-loop.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";
import { startWorkServer, type WorkServer, workTask } from "./work-server.ts";

let server: WorkServer;
beforeEach(async () => {
  server = await startWorkServer();
});
afterEach(() => server.close());

test("files that have not begun go back while a slow file is performed, and it is not given up", async () => {
  const stop = new AbortController();
  const log = silentLog();
  const api = openWorkApi({ url: server.url, worker: "w" });
  const heldLeases = makeHeldLeases(api, log);
  const reportBuffer = makeReportBuffer(api, log, (task) => heldLeases.remove(task));
  let slow: number | undefined;
  let finish: () => void = () => undefined;
  const settings = {
    facility: {},
    inputFolders: { roots: [], closed: [] },
    inputHosts: [],
    limits: { memoryMegabytes: 64, seconds: 60, outputMegabytes: 1, threads: 1 },
    scratch: temporaryFolder("slow-file"),
    inputMegabytes: 1,
  };
  const running = runLoop({
    operation: {
      ...noop,
      async perform(task) {
        if (slow === undefined && (server.claims.at(-1)?.max ?? 0) >= 4) {
          slow = task.file;
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        }
        return { status: "success", results: [] };
      },
    },
    api,
    heldLeases,
    reportBuffer,
    settings,
    access: makeInputAccess(settings, undefined, api, log),
    retire: stop.signal,
    giveBack: new AbortController().signal,
    onWork: () => undefined,
    log,
  });
  server.waiting.push(...Array.from({ length: 1000 }, (_, file) => workTask(server, file)));
  const back = () => server.reports.filter(({ status }) => status === "given_back");
  await until(() => back().length > 0);
  for (const report of back()) expect(report.error?.class).toBe("not_started");
  expect(server.reports.some(({ file }) => file === slow)).toBe(false);
  stop.abort();
  finish();
  await running;
  await until(() =>
    server.reports.some(({ file, status }) => file === slow && status === "success"),
  );
  await until(() => heldLeases.size() === 0);
  heldLeases.close();
  await api.close();
});

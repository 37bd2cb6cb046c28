// The program of a worker that the local runner starts. Its options are the first line of standard
// input, where `ps` shows no token; later lines are "retire" and "ping", which it answers. When the
// input ends, the service has ended, and the worker ends with it.
import { createInterface } from "node:readline";
import { keepFilesPrivate } from "../data-folder.ts";
import { makeLog } from "../log.ts";
import { runWorker, type WorkerOptions } from "./run.ts";

export type StartLine = Omit<WorkerOptions, "log" | "stop" | "retire" | "scratch" | "exchange"> & {
  scratch: string;
  logLevel: string;
};

const stop = new AbortController();
const retire = new AbortController();
let started = false;

process.on("SIGTERM", () => stop.abort());
// Ctrl-C reaches the whole process group; the service stops its workers itself.
process.on("SIGINT", () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  if (!started) start(JSON.parse(line));
  else if (line === "ping") process.stdout.write("pong\n");
  else retire.abort();
});
lines.on("close", () => process.kill(process.pid, "SIGKILL"));

function start(options: StartLine): void {
  started = true;
  keepFilesPrivate();
  const log = makeLog({ logLevel: options.logLevel });
  process.stdout.write("ready\n");
  runWorker({ ...options, log, stop: stop.signal, retire: retire.signal }).then(
    () => process.exit(0),
    (error: Error) => {
      log.error({ err: error }, "the worker ends");
      process.exit(1);
    },
  );
}

// Prints whether a process still runs: `node still-runs.ts PID STARTED`.
import { startTimeOf, stillRuns } from "../../src/live-process.ts";

const [pid = "", startedAt] = process.argv.slice(2);
const runs = stillRuns(Number(pid), startedAt);
process.stdout.write(JSON.stringify({ runs, startTime: startTimeOf(Number(pid)) ?? null }));

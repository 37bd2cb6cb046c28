// A process that starts the embedded Postgres of a folder, for a test that kills it.
import { startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { silentLog } from "../../src/log.ts";

const [dataDir = ""] = process.argv.slice(2);
process.send?.("begins");
await startEmbeddedPostgres({ dataDir, log: silentLog() });
process.exit(0);

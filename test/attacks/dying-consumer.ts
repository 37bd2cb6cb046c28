// A process that consumes a topic, prints what it gets, and never ends the handling of what says
// "deadly": it is killed in the middle of it.
import { openDb } from "../../src/db/client.ts";
import { silentLog } from "../../src/log.ts";
import { openRabbitQueue } from "../../src/queue/rabbitmq.ts";

const [url = "", databaseUrl = "", topic = ""] = process.argv.slice(2);
const db = openDb({ url: databaseUrl, applicationName: "longshore tests" });
const queue = openRabbitQueue({ url, db, log: silentLog(), leaseSeconds: 1 });

await queue.consume(topic, 100, async (bodies) => {
  const kinds = bodies.map((body) => Object.keys(body as object)[0]);
  process.stdout.write(`${JSON.stringify(kinds)}\n`);
  if (kinds.includes("deadly")) await new Promise(() => undefined);
  return bodies.map(() => "done");
});

// A thread that asks /healthz on one connection, again and again. It answers each message with the
// worst time since the last one, once the call under way has ended.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const { url, pid } = workerData;
const everyMilliseconds = 5;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const nothing = { worstMilliseconds: 0, heldMilliseconds: 0, calls: 0 };
let messages = [];
let lap = { ...nothing };
parentPort.on("message", (message) => messages.push(message));

for (let isStopped = false; !isStopped; ) {
  const starvedBefore = starved();
  const began = performance.now();
  await ask();
  const took = performance.now() - began;
  lap.worstMilliseconds = Math.max(lap.worstMilliseconds, took);
  lap.heldMilliseconds = Math.max(lap.heldMilliseconds, took - (starved() - starvedBefore));
  lap.calls++;
  if (messages.length > 0) {
    isStopped = messages.includes("stop");
    messages = [];
    parentPort.postMessage(lap);
    lap = { ...nothing };
  }
  await pause(everyMilliseconds);
}
agent.destroy();
parentPort.close();

async function ask() {
  const call = get(`${url}/healthz`, { agent });
  const [response] = await once(call, "response");
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`/healthz returned ${response.statusCode}.`);
}

/** Milliseconds so far in which the kernel let others run, though we or the service had work. */
function starved() {
  const threads = ["/proc/thread-self", `/proc/${pid}/task/${pid}`];
  const waits = threads.map((path) => readFileSync(`${path}/schedstat`, "utf8").split(" ")[1]);
  return waits.reduce((sum, nanoseconds) => sum + Number(nanoseconds) / 1e6, 0);
}

// Time is up also where memory was collected meanwhile: Node 20 forgets AbortSignal.timeout then.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { timeLimit } from "../../src/time.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

test("a limit that only AbortSignal.any knows of holds while memory is collected", async () => {
  const ended = endOf(AbortSignal.any([new AbortController().signal, timeLimit(100)]));
  const collecting = setInterval(collect, 10);
  expect(await ended).toMatchObject({ name: "TimeoutError" });
  clearInterval(collecting);
});

function endOf(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

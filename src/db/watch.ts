import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Logger } from "pino";
import { pause } from "../time.ts";
import { codeOf, isAway } from "./away.ts";
import type { Db } from "./client.ts";

interface WatchOptions {
  /** for the watch alone */
  db: Db;
  /** returns a function that breaks off the connections which received nothing since */
  mark(): () => void;
  log: Logger;
  signal: AbortSignal;
}

const pingMilliseconds = 3_000;
const retryMilliseconds = 500;
/** If this process was busy or suspended, the answer may be there and is not read yet. */
const mostLagNanoseconds = 2e9;
const lagMilliseconds = 500;

/**
 * A query on a connection whose other end has vanished, or accepts everything and answers nothing,
 * waits for its time-out, which is long because some statements are. So the database is asked every
 * few seconds. If it does not respond, the connections that received nothing meanwhile are broken
 * off: what waits on them is rejected and can be tried again on new ones.
 */
export async function watchDatabase(options: WatchOptions): Promise<void> {
  const { db, mark, log, signal } = options;
  const lag = monitorEventLoopDelay({ resolution: lagMilliseconds });
  lag.enable();
  let wasSilent = false;
  while (!signal.aborted) {
    lag.reset();
    const breakOff = mark();
    const isSilent = (await staysSilent(db)) && lag.max < mostLagNanoseconds;
    if (signal.aborted) break;
    if (isSilent) breakOff();
    if (isSilent !== wasSilent) log.warn(isSilent ? silence : "the database responds again");
    wasSilent = isSilent;
    await pause(isSilent ? retryMilliseconds : pingMilliseconds, signal);
  }
  lag.disable();
}

const silence = "the database does not respond; connections that received nothing are broken off";

/** Whether there was no answer at all, not even a refusal. */
async function staysSilent(db: Db): Promise<boolean> {
  const asked = performance.now();
  try {
    await db.query("SELECT");
    return false;
  } catch (error) {
    const code = codeOf(error);
    const isQuick = performance.now() - asked < leastSilenceMilliseconds;
    return isAway(error) && !isQuick && (code === undefined || silentCodes.has(code));
  }
}

/** What accepts connections and closes them at once, such as a pooler that stops, is not silent. */
const leastSilenceMilliseconds = 3_000;
const silentCodes = new Set(["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"]);

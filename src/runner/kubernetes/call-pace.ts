import { pause } from "../../time.ts";

export interface CallPace {
  /** Resolves when a call may be made; at once while there is room, in the order of asking. */
  turn(signal?: AbortSignal): Promise<void>;
}

/** At most so many calls a second; after a quiet second as many may be made at once. */
export function makeCallPace(
  perSecond: number,
  now: () => number = () => performance.now(),
): CallPace {
  const most = Math.max(1, perSecond);
  let left = most;
  let at = now();
  return {
    async turn(signal) {
      const time = now();
      left = Math.min(most, left + ((time - at) / 1000) * perSecond) - 1;
      at = time;
      // Whoever finds nothing left waits for its own place, behind those who came before.
      if (left < 0) await pause((-left / perSecond) * 1000, signal);
    },
  };
}

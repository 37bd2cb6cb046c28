import type { Logger } from "../log.ts";

export interface Listeners<Value> {
  /** Returns how to remove it. */
  add(listener: (value: Value) => void): () => void;
  call(value: Value): void;
}

/** A listener that throws is logged; it must not stop the runner. */
export function makeListeners<Value>(log: Logger): Listeners<Value> {
  const listeners = new Set<{ listener: (value: Value) => void }>();
  return {
    add(listener) {
      const entry = { listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    call(value) {
      for (const { listener } of listeners) {
        try {
          listener(value);
        } catch (error) {
          log.error({ err: error }, "a listener of the runner failed");
        }
      }
    },
  };
}

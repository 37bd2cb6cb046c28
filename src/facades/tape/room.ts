// How many files a key may have open at once. Calls at once are counted one after another, over
// processes by a lock in the database, and in a process before one takes a connection for it.
import type { Db } from "../../db/client.ts";
import { makeOneByOne, type OneByOne } from "../../one-by-one.ts";
import * as store from "./store.ts";

/** Between two looks for files that ended without anybody asking: there may be many. */
const tidySeconds = 1;

export interface Room {
  /** Records the call, if the key may have one more file; false if it may not. */
  add(call: store.NewCall, most: number): Promise<boolean>;
}

export function makeRoom(db: Pick<Db, "query" | "tx">): Room {
  const ofKey = new Map<string, OneByOne>();
  const tidied = new Map<string, number>();

  function oneByOne(key: string): OneByOne {
    const known = ofKey.get(key) ?? makeOneByOne();
    ofKey.set(key, known);
    return known;
  }

  function addIfRoom(call: store.NewCall, most: number): Promise<boolean> {
    return db.tx(async (query) => {
      await store.lockKey(query, call.key);
      if (await store.hasOpen(query, call.key, most)) return false;
      await store.addCall(query, call);
      return true;
    });
  }

  async function tidy(key: string): Promise<boolean> {
    const now = performance.now();
    if (now - (tidied.get(key) ?? Number.NEGATIVE_INFINITY) < tidySeconds * 1000) return false;
    await store.closeEnded(db.query, key);
    tidied.set(key, now);
    return true;
  }

  return {
    add: (call, most) =>
      oneByOne(call.key)(async () => {
        if (await addIfRoom(call, most)) return true;
        return (await tidy(call.key)) && addIfRoom(call, most);
      }),
  };
}

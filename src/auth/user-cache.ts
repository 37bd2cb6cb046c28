// What is known of people, their tokens and sessions, for some seconds: a client makes many calls
// with one token. Every change is told to all processes; where that word is lost, the seconds end
// it.
import type { People } from "../db/people.ts";
import {
  type FacadeFacts,
  facadeFacts,
  type KeyFacts,
  keyFacts,
  type TokenFacts,
  tokenFacts,
  type UserFacts,
  userFacts,
} from "./facts-store.ts";
import { type SessionFacts, sessionFacts } from "./session-store.ts";

export interface UserCache {
  user(id: string): Promise<UserFacts | undefined>;
  token(id: string): Promise<TokenFacts | undefined>;
  key(id: string): Promise<KeyFacts | undefined>;
  session(id: string): Promise<SessionFacts | undefined>;
  facade(name: string): Promise<FacadeFacts | undefined>;
  close(): void;
}

const keptMilliseconds = 5_000;
const mostKept = 10_000;

export function makeUserCache(
  people: Pick<People, "read" | "onChanged">,
  now: () => number = Date.now,
): UserCache {
  const users = keep((id) => people.read((db) => userFacts(db, id)), now);
  const tokens = keep((id) => people.read((db) => tokenFacts(db, id)), now);
  const sessions = keep((id) => people.read((db) => sessionFacts(db, id)), now);
  const keys = keep((id) => people.read((db) => keyFacts(db, id)), now);
  const facades = keep((name) => people.read((db) => facadeFacts(db, name)), now);
  const stop = people.onChanged((user) => {
    users.forget((facts) => facts.id === user);
    tokens.forget((facts) => facts.user === user);
    keys.forget((facts) => facts.id === user || facts.owner === user);
    sessions.forget((facts) => facts.user === user);
    facades.forget((facts) => facts.facade === user || facts.owner === user);
  });
  return {
    user: users.get,
    token: tokens.get,
    key: keys.get,
    session: sessions.get,
    facade: facades.get,
    close: stop,
  };
}

function keep<Facts>(read: (id: string) => Promise<Facts | undefined>, now: () => number) {
  const kept = new Map<string, { facts: Facts; until: number }>();
  let changes = 0;

  async function get(id: string): Promise<Facts | undefined> {
    const known = kept.get(id);
    if (known && now() < known.until) return known.facts;
    const before = changes;
    const facts = await read(id);
    kept.delete(id);
    // What was read before a change must not be kept after it.
    if (facts === undefined || before !== changes) return facts;
    kept.set(id, { facts, until: now() + keptMilliseconds });
    if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? "");
    return facts;
  }

  function forget(isOld: (facts: Facts) => boolean): void {
    changes += 1;
    for (const [id, { facts }] of kept) if (isOld(facts)) kept.delete(id);
  }

  return { get, forget };
}

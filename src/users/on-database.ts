// What a command needs to make accounts and tokens, on the database of a service that may run.
import { makeTokenKeys, tokenSecrets } from "../auth/tokens/jwt.ts";
import { makeUserCache } from "../auth/user-cache.ts";
import type { Config } from "../config.ts";
import type { Db } from "../db/client.ts";
import { openPeople } from "../db/people.ts";
import type { Deps } from "../deps.ts";
import { signingKeys } from "../secrets.ts";
import { assertServicesKey } from "../service-identity/keys.ts";

export type PeopleTools = Deps<"config" | "people" | "tokenKeys" | "userCache">;

/** Rejects where identity is off, or the service on this database signs with another key. */
export async function withPeople<Result>(
  db: Db,
  config: Config,
  work: (tools: PeopleTools) => Promise<Result>,
): Promise<Result> {
  const keys = signingKeys(config);
  await assertServicesKey(db.query, config, keys);
  const tokenKeys = makeTokenKeys(tokenSecrets(config, keys));
  const people = openPeople({ pool: db.pool, notifier: silent, enabled: config.enableAuth });
  const userCache = makeUserCache(people);
  try {
    return await work({ config, people, userCache, tokenKeys });
  } finally {
    userCache.close();
    await people.close();
  }
}

/** No process knows of an account that is new, so none has to be told. */
const silent = { notify: () => undefined, onPrefix: () => () => undefined };

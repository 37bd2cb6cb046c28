// Prisma Client for people: users, identities, sessions, tokens, groups. It takes 40 MB of memory,
// so it is loaded when it is asked for the first time. The ledger is not read by it.

import type pg from "pg";
import type { Prisma, PrismaClient } from "#prisma-client";
import { RequestError } from "../errors.ts";
import type { Notifier } from "./notifier.ts";
import { isPeopleConflict, toPeopleError } from "./people-error.ts";

const tables = [
  "access_keys",
  "acts",
  "admin_links",
  "api_tokens",
  "bindings",
  "device_codes",
  "facade_callers",
  "group_members",
  "groups",
  "identities",
  "notices",
  "sessions",
  "sign_ins",
  "users",
] as const satisfies (keyof Prisma.TransactionClient)[];

export type PeopleDb = Pick<Prisma.TransactionClient, (typeof tables)[number]>;
/** `$executeRaw`: advisory locks, which Prisma has no words for. */
export type PeopleTx = PeopleDb & Pick<Prisma.TransactionClient, "$executeRaw">;

/** What another part does in the same transaction. */
export type PeopleWork = (db: PeopleTx) => Promise<void>;

export interface People {
  read<Result>(work: (db: PeopleDb) => Promise<Result>): Promise<Result>;
  /** One transaction, tried again after a conflict with another. */
  write<Result>(work: (db: PeopleTx) => Promise<Result>): Promise<Result>;
  /** Tells every process that what it knows of this user is old. */
  changed(user: string): void;
  /** Returns a function that ends it. */
  onChanged(listener: (user: string) => void): () => void;
  close(): Promise<void>;
}

interface PeopleDeps {
  pool: pg.Pool;
  notifier: Pick<Notifier, "notify" | "onPrefix">;
  /** Without identity there are no people. */
  enabled: boolean;
}

const channel = "people:";
const mostTries = 5;
const limits = { maxWait: 10_000, timeout: 20_000 };

export function openPeople({ pool, notifier, enabled }: PeopleDeps): People {
  let opened: Promise<PrismaClient> | undefined;

  function client(): Promise<PrismaClient> {
    if (!enabled) throw identityOff();
    opened ??= load(pool).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  async function read<Result>(work: (db: PeopleDb) => Promise<Result>): Promise<Result> {
    const prisma = await client();
    try {
      return await work(prisma);
    } catch (error) {
      throw toPeopleError(error);
    }
  }

  async function write<Result>(work: (db: PeopleTx) => Promise<Result>): Promise<Result> {
    const prisma = await client();
    for (let tries = 1; ; tries++) {
      try {
        return await prisma.$transaction(work, limits);
      } catch (error) {
        if (tries < mostTries && isPeopleConflict(error)) continue;
        throw toPeopleError(error);
      }
    }
  }

  return {
    read,
    write,
    changed: (user) => notifier.notify(`${channel}${user}`),
    onChanged: (listener) =>
      notifier.onPrefix(channel, (full) => listener(full.slice(channel.length))),
    close: async () => (await opened?.catch(() => undefined))?.$disconnect(),
  };
}

async function load(pool: pg.Pool): Promise<PrismaClient> {
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([
    import("#prisma-client"),
    import("@prisma/adapter-pg"),
  ]);
  // Longer messages would quote the statement's values.
  return new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: "minimal" });
}

export function identityOff(): RequestError {
  return new RequestError(
    409,
    "identity_off",
    "Identity is off on this service (ENABLE_AUTH is false): it has no users and no tokens.",
  );
}

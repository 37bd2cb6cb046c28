// The lease of a duty: a row with a time. Only the clock of the database counts.
import type { Query } from "./client.ts";

/** A duty that one process of all does. */
export type Duty = "metrics" | "scheduler";

export interface TermKey {
  duty: Duty;
  /** names the process, for people too */
  holder: string;
  /** grows each time that the duty changes hands */
  number: number;
}

/**
 * A lease that is over; or one that ends later than any can, since the clock was set back: whoever
 * has it may be dead.
 */
const isOver = `(leaders.expires_at <= clock_timestamp()
  OR leaders.expires_at > clock_timestamp() + 2 * make_interval(secs => $2))`;

/** Who holds the duty now. Candidates only read, until there is something to take. */
export async function holderOf(
  query: Query,
  duty: Duty,
  leaseSeconds: number,
): Promise<string | undefined> {
  const [row] = await query<{ holder: string }>(
    `SELECT holder FROM leaders WHERE duty = $1 AND NOT ${isOver}`,
    [duty, leaseSeconds],
    "leader_holder",
  );
  return row?.holder;
}

/**
 * Takes the duty if nobody holds it, or only a process that is known to be `dead`: the row decides
 * between candidates. Returns the term.
 */
export async function takeDuty(
  query: Query,
  { duty, holder }: Omit<TermKey, "number">,
  leaseSeconds: number,
  dead?: string,
): Promise<number | undefined> {
  const [row] = await query<{ term: number }>(
    `INSERT INTO leaders (duty, holder, term, expires_at)
     VALUES ($1, $3, 1, clock_timestamp() + make_interval(secs => $2))
     ON CONFLICT (duty) DO UPDATE SET holder = excluded.holder, term = leaders.term + 1,
       expires_at = clock_timestamp() + make_interval(secs => $2)
     WHERE ${isOver} OR leaders.holder = $4
     RETURNING term`,
    [duty, leaseSeconds, holder, dead ?? null],
    "leader_take",
  );
  return row?.term;
}

/** False if the lease has run out, even if nobody took the duty since. */
export async function renewDuty(
  query: Query,
  { duty, holder, number }: TermKey,
  leaseSeconds: number,
): Promise<boolean> {
  const rows = await query(
    `UPDATE leaders SET expires_at = clock_timestamp() + make_interval(secs => $4)
     WHERE duty = $1 AND holder = $2 AND term = $3 AND expires_at > clock_timestamp()
     RETURNING duty`,
    [duty, holder, number, leaseSeconds],
    "leader_renew",
  );
  return rows.length > 0;
}

export async function holdsDuty(query: Query, { duty, holder, number }: TermKey): Promise<boolean> {
  const rows = await query(
    `SELECT FROM leaders
     WHERE duty = $1 AND holder = $2 AND term = $3 AND expires_at > clock_timestamp()`,
    [duty, holder, number],
    "leader_holds",
  );
  return rows.length > 0;
}

/** Others may take the duty from now on. */
export async function leaveDuty(query: Query, { duty, holder, number }: TermKey): Promise<void> {
  await query(
    `UPDATE leaders SET expires_at = clock_timestamp()
     WHERE duty = $1 AND holder = $2 AND term = $3 AND expires_at > clock_timestamp()`,
    [duty, holder, number],
    "leader_leave",
  );
}

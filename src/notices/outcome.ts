// What became of a message, and when a failed one is tried again.
import type { NoticeKind } from "./state.ts";

/** `problem` is for an administrator, and holds no secret. */
export interface Failure {
  problem: string;
  /** `once`: it may pass, but hardly twice */
  again: "later" | "once" | "never";
  /** the other service asks not to be called before */
  afterSeconds?: number | undefined;
}
export type Outcome = "sent" | Failure;

interface Rule {
  firstSeconds: number;
  longestSeconds: number;
  tries: number;
  /** it means nothing to anybody after this */
  withinSeconds?: number;
}

/** Four days: what is wrong at the other service, or with a key of it, is found by then. */
const usual: Rule = { firstSeconds: 60, longestSeconds: 6 * 3_600, tries: 24 };
/** Slack takes five answers within half an hour. */
const answers: Rule = { firstSeconds: 5, longestSeconds: 300, tries: 5, withinSeconds: 1_800 };
const longestAfterSeconds = 86_400;

interface Tried {
  kind: NoticeKind;
  /** with the one that failed */
  tries: number;
  createdAt: Date;
}

/** When it is tried again; undefined: it has failed. `random`: from 0 to 1, to spread them. */
export function nextTry(
  { kind, tries, createdAt }: Tried,
  { again, afterSeconds = 0 }: Failure,
  now: Date,
  random = Math.random(),
): Date | undefined {
  const rule = kind === "answer" ? answers : usual;
  if (again === "never" || tries >= rule.tries || (again === "once" && tries > 1)) return undefined;
  const backOff = Math.min(rule.firstSeconds * 2 ** (tries - 1), rule.longestSeconds);
  const seconds = Math.max(
    backOff * (0.8 + 0.4 * random),
    Math.min(afterSeconds, longestAfterSeconds),
  );
  const at = new Date(now.getTime() + seconds * 1_000);
  const { withinSeconds } = rule;
  if (withinSeconds !== undefined && at.getTime() > createdAt.getTime() + withinSeconds * 1_000)
    return undefined;
  return at;
}

/** Statuses that another try may change. */
export function passes(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Of the header: seconds, or a date (RFC 9110). */
export function retryAfterSeconds(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now.getTime()) / 1_000);
}

/** The time by which waits end. Tests move it; statements add its offset to the database's time. */
export interface Clock {
  now(): Date;
  /** seconds ahead of the real time */
  offsetSeconds(): number;
}

export const systemClock: Clock = { now: () => new Date(), offsetSeconds: () => 0 };

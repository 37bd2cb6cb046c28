// The outside service behind `wait`: it takes jobs and has them done after some time, by a clock
// that tests move.
import { randomUUID } from "node:crypto";
import type { Clock } from "../../../src/clock.ts";
import type { FileKey } from "../../../src/operations/contract.ts";

export interface Job {
  ref: string;
  /** the task's id: a second start with it finds this job */
  task: string;
  group: string;
  files: FileKey[];
  /** by the outside clock, in milliseconds */
  doneAt: number;
}

export interface Outside {
  jobs: Job[];
  /** every call of `start`, also those that found their job */
  starts: string[];
  /** tasks of every call of `poll` */
  polls: string[][];
  aborted: FileKey[];
  released: FileKey[];
  /** keys `request/file` of files that are not there any more when a job wants to read them */
  evicted: Set<string>;
  begin(task: string, group: string, files: FileKey[], seconds: number): Job;
  find(ref: string | null): Job | undefined;
}

export interface TestClock extends Clock {
  advance(seconds: number): void;
}

export function testClock(): TestClock {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset * 1000),
    offsetSeconds: () => offset,
    advance(seconds) {
      offset += seconds;
    },
  };
}

export function makeOutside(clock: Clock): Outside {
  const outside: Outside = {
    jobs: [],
    starts: [],
    polls: [],
    aborted: [],
    released: [],
    evicted: new Set(),
    begin(task, group, files, seconds) {
      outside.starts.push(task);
      const known = outside.jobs.find((job) => job.task === task);
      if (known) return known;
      const doneAt = clock.now().getTime() + seconds * 1000;
      const job = { ref: `job-${randomUUID()}`, task, group, files, doneAt };
      outside.jobs.push(job);
      return job;
    },
    find: (ref) => outside.jobs.find((job) => job.ref === ref),
  };
  return outside;
}

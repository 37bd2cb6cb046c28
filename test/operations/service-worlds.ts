// What service operations work with in their shared suite: an outside service for each back end,
// of which the suite knows only how its files come.
import { readConfig } from "../../src/config.ts";
import type { Facility, ServiceOperation } from "../../src/operations/contract.ts";
import { stage } from "../../src/operations/stage/index.ts";
import { startFakeTapeRest } from "./stage/fake-tape-rest.ts";
import { makeTape } from "./stage/tape.ts";
import { waitOperation } from "./wait/operation.ts";
import { makeOutside, testClock } from "./wait/outside.ts";

export interface World {
  operation: ServiceOperation;
  facility: Facility;
  /** files that the outside service has, and holds back */
  paths: string[];
  /** a file that it does not have; undefined where it has any */
  missing?: string;
  now(): Date;
  /** Lets the files come. */
  arrive(): void;
  close(): Promise<void>;
}

export const worlds: [name: string, open: () => Promise<World>][] = [
  ["wait", openWait],
  ["stage with eeadm", openEeadm],
  ["stage with tape-rest", openTapeRest],
];

const names = ["a.nc", "b.nc", "c.nc"];

async function openWait(): Promise<World> {
  const clock = testClock();
  const operation = waitOperation(makeOutside(clock));
  return {
    operation,
    facility: readConfig({}, [operation]).facility.wait ?? {},
    paths: names.map((name) => `/archive/${name}`),
    now: clock.now,
    arrive: () => clock.advance(3601),
    close: async () => undefined,
  };
}

async function openEeadm(): Promise<World> {
  const tape = makeTape();
  const paths = tape.put(names);
  tape.set({ HELD: paths });
  return {
    operation: stage,
    facility: readConfig(tape.env, [stage]).facility.stage ?? {},
    paths,
    missing: `${tape.root}/none.nc`,
    now: () => new Date(),
    arrive: () => tape.set({ HELD: [] }),
    async close() {
      tape.set({ HELD: [] });
      tape.remove();
    },
  };
}

async function openTapeRest(): Promise<World> {
  const server = await startFakeTapeRest();
  const paths = names.map((name) => `/store/${name}`);
  const put = (held: boolean) => {
    for (const path of paths) server.files.set(path, { locality: "TAPE", held });
  };
  put(true);
  const env = { STAGE_BACKEND: "tape-rest", STAGE_ROOTS: "/store", TAPE_REST_URL: server.url };
  return {
    operation: stage,
    facility: readConfig(env, [stage]).facility.stage ?? {},
    paths,
    missing: "/store/none.nc",
    now: () => new Date(),
    arrive: () => put(false),
    close: () => server.close(),
  };
}

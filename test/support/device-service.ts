// A service that gives programs tokens by codes, a person who may approve them, and a clock that
// the test moves ahead.
import type { Caller } from "../../src/auth/caller.ts";
import type { Clock } from "../../src/clock.ts";
import { type Api, openApi } from "./api.ts";
import { addPerson, type Person, providerEnv } from "./people.ts";

export interface DeviceService {
  api: Api;
  ann: Person;
  /** Ann, in a browser */
  signedIn: Caller;
  clock: Clock;
  moveAhead(seconds: number): void;
}

export async function openDeviceService(): Promise<DeviceService> {
  let ahead = 0;
  const clock: Clock = {
    now: () => new Date(Date.now() + ahead * 1_000),
    offsetSeconds: () => ahead,
  };
  const env = { ENABLE_AUTH: "true", ...providerEnv };
  const api = await openApi({ env, clock, scheduler: false });
  const ann = await addPerson(api.ledger.ctx);
  return {
    ...{ api, ann, clock },
    signedIn: { kind: "user", owner: ann.id, by: "session" },
    moveAhead: (seconds) => {
      ahead += seconds;
    },
  };
}

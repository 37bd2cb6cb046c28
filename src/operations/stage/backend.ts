// What the operation asks of a tape system. Its members are those of a service operation.
import type { ServiceOperation } from "../contract.ts";
import type { StageFacility, StageSettings } from "./settings.ts";

type Stage = ServiceOperation<StageSettings, StageFacility>;

export interface TapeBackend {
  start: Stage["start"];
  poll: Stage["poll"];
  abort: NonNullable<Stage["abort"]>;
  release: NonNullable<Stage["release"]>;
}

import { barredTargets } from "./barred.ts";
import { callerLimits } from "./caller-limits.ts";
import { credentials } from "./credentials.ts";
import { datasets } from "./datasets.ts";
import { ends } from "./ends.ts";
import { extractions } from "./extract.ts";
import { facadeCallers } from "./facade-callers.ts";
import { fairness } from "./fairness.ts";
import { kubernetes } from "./kubernetes.ts";
import { kubernetesRunner } from "./kubernetes-runner.ts";
import { ledger } from "./ledger.ts";
import type { Mutant } from "./mutant.ts";
import { objects } from "./objects.ts";
import { servicexParts } from "./parts.ts";
import { people } from "./people.ts";
import { portsAndStreams } from "./ports.ts";
import { processes } from "./processes.ts";
import { rules } from "./rules.ts";
import { addressSecrets } from "./secrets.ts";
import { sidecars } from "./sidecars.ts";
import { tapeRest } from "./tape-rest.ts";

export const mutants: Mutant[] = [
  ...ledger,
  ...ends,
  ...fairness,
  ...objects,
  ...processes,
  ...rules,
  ...addressSecrets,
  ...datasets,
  ...people,
  ...credentials,
  ...callerLimits,
  ...facadeCallers,
  ...barredTargets,
  ...portsAndStreams,
  ...servicexParts,
  ...sidecars,
  ...kubernetes,
  ...kubernetesRunner,
  ...extractions,
  ...tapeRest,
];

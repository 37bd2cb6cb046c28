// Who reaches what by the WLCG Tape REST API.
import type { Mutant } from "./mutant.ts";

const access = ["facades/tape-rest/access.test.ts"];
const stage = ["facades/tape-rest/stage.test.ts"];

export const tapeRest: Mutant[] = [
  {
    name: "a key sees the requests of another key of its person",
    file: "facades/tape-rest/stage-request.ts",
    from: "if (limits && data.key !== limits.key)",
    to: "if (false)",
    tests: access,
  },
  {
    name: "the folders of a key are not asked for",
    file: "facades/tape-rest/look.ts",
    from: "system.fileOf({ roots: limits?.roots }, path)",
    to: "system.fileOf({ roots: undefined }, path)",
    tests: access,
  },
  {
    name: "a key has any number of files at once",
    file: "facades/tape-rest/submit.ts",
    from: 'if (most === undefined || caller.kind !== "key") return undefined;',
    to: "return undefined;",
    tests: access,
  },
  {
    name: "a key of another façade opens this one",
    file: "facades/tape-rest/admit.ts",
    from: 'facadeKey(ctx, text, "tape-rest")',
    to: 'facadeKey(ctx, text, "tape")',
    tests: access,
  },
  {
    name: "a path of another request is canceled in silence",
    file: "facades/tape-rest/staged-files.ts",
    from: "if (stranger !== undefined) throw notOfRequest(stranger);",
    to: "",
    tests: stage,
  },
];

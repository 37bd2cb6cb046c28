import { fileStateBody, parseBody } from "./body.ts";
import type { TapeCaller } from "./caller.ts";
import { noSuchFile } from "./errors.ts";
import type { TapeSystem } from "./tape.ts";

/** `POST file_state`: asks the tape system at each call. */
export async function fileState(system: TapeSystem, caller: TapeCaller, body: unknown) {
  const { path } = parseBody(fileStateBody, body);
  const file = await system.fileOf(caller, path);
  const answer = await system.ask(file.path);
  if (answer.is === "missing") throw noSuchFile();
  const { state, replicas, tapes } = answer;
  return [{ state, replicas, tapes, path }];
}

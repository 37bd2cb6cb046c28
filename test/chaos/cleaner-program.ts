// Cleans up after a run that was killed: the channel to it closes, however it ended.
import { cleanUp } from "./clean-up.ts";

let folder: string | undefined;
process.on("message", (message: string) => {
  folder = message;
});
process.on("disconnect", () => {
  if (folder) cleanUp(folder);
  process.exit(0);
});
process.send?.("ready");

// Cleans up after a run, whose end closes its input, a folder a line, however that comes.
import { createInterface } from "node:readline";
import { cleanUp } from "./clean-up.ts";

// Nobody reads it where the run has ended while this program was loaded.
process.stdout.on("error", () => undefined);
process.stdout.write("ready\n");
const folders: string[] = [];
for await (const folder of createInterface({ input: process.stdin })) folders.push(folder);
for (const folder of folders) cleanUp(folder);

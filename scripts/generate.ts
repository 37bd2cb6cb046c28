// Writes every page and file that is made from the code.
import { writeFileSync } from "node:fs";
import { statesPage } from "./states.ts";

writeFileSync(new URL("../doc/states.md", import.meta.url), statesPage());

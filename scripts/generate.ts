// Writes every page and file that is made from the code.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withNewSums } from "./migration-sums.ts";
import { statesPage } from "./states.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

writeFileSync(`${root}doc/states.md`, statesPage());
writeFileSync(`${root}prisma/migrations.sha256`, withNewSums(`${root}prisma`));

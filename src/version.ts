import { readFileSync } from "node:fs";

/** One step up from src and from dist alike. */
const { version: own } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string };

export const version = own;

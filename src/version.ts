import { readFileSync } from "node:fs";

/** One level up, from src and dist alike. */
const { version: own } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string };

export const version = own;

import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * How to run one of our modules as a separate program: directly if built, through the TypeScript
 * loader from the sources.
 */
export function nodeProgram(
  module: URL,
  nodeFlags: string[] = [],
): { command: string; args: string[] } {
  const path = fileURLToPath(module);
  if (path.endsWith(".js")) return { command: process.execPath, args: [...nodeFlags, path] };
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return { command: process.execPath, args: [...nodeFlags, "--import", loader, path] };
}

/**
 * The module at `path`, relative to the calling module, with the right extension (`.ts` in the
 * sources, `.js` once built).
 */
export function moduleBeside(importMetaUrl: string, path: string): URL {
  return new URL(`${path}${importMetaUrl.endsWith(".ts") ? ".ts" : ".js"}`, importMetaUrl);
}

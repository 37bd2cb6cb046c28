import { Session } from "node:inspector/promises";

/** The files that this process has loaded, as addresses. */
export async function loadedFiles(): Promise<string[]> {
  const session = new Session();
  session.connect();
  const files: string[] = [];
  session.on("Debugger.scriptParsed", ({ params }) => files.push(params.url));
  await session.post("Debugger.enable");
  session.disconnect();
  return files;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** A user of this machine who has nothing to do with the service. Only root can play one. */
export const anotherUid = 23_456;
export const canBeAnother = process.getuid?.() === 0;

export interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** of the client: the same for all calls of one connection */
  port: number;
}

/** The calls over one connection of that user, one after the other. */
export async function callAs(uid: number, url: string, calls: Sent[]): Promise<Got[]> {
  return JSON.parse(await run(uid, { url, calls }));
}

/** One call, whose process ends before it can be answered. */
export async function callAndLeave(uid: number, url: string, call: Sent): Promise<void> {
  await run(uid, { url, calls: [call], leave: true });
}

async function run(uid: number, options: object): Promise<string> {
  const caller = fileURLToPath(new URL("caller.mjs", import.meta.url));
  const child = spawn(process.execPath, [caller, String(uid)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  child.stdin.end(JSON.stringify(options));
  const printed = await text(child.stdout);
  const [code] = await ended;
  if (code !== 0) throw new Error(`The caller ended with ${code}.`);
  return printed;
}

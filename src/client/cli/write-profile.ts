// Writes the user's configuration file as it is read: private, and whole or not at all.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Profile, readProfiles } from "./profiles.ts";

/** Puts the profile in the place of one of its name; all others stay. */
export function writeProfile(path: string, name: string, profile: Profile): void {
  const profiles = { ...readProfiles(path, false), [name]: profile };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  replace(targetOf(path), `${JSON.stringify({ profiles }, undefined, 2)}\n`);
}

/** Some keep the file elsewhere, and a link to it here. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return path;
    throw error;
  }
}

/** The file is complete, on the disk and private before it gets its name. */
function replace(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

// Our image by Buildah, on a base that needs no registry of images.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const imageName = "localhost/longshore:test";
const workerImage = "localhost/longshore-worker:test";
const embeddedImage = "localhost/longshore-embedded:test";
const base = "localhost/node:test";
const certificates = "cafile=/etc/ssl/certs/ca-certificates.crt\n";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** From the sources of this clone alone, as .dockerignore has it; prints the size. */
export async function buildImage(baseImage: string): Promise<void> {
  await makeBase(baseImage);
  await build(imageName, "service");
}

/** The variant for workers, after `buildImage`; prints the size. Returns how to run it. */
export async function buildWorkerImage(): Promise<(...command: string[]) => Promise<string>> {
  await build(workerImage, "worker");
  return async (...command) => {
    const { stdout: container } = await run("buildah", ["from", "--pull-never", workerImage]);
    try {
      const args = ["run", "--isolation", "chroot", container.trim(), "--", ...command];
      const { stdout, stderr } = await run("buildah", args);
      return stdout + stderr;
    } finally {
      await run("buildah", ["rm", container.trim()]);
    }
  };
}

/** With the embedded Postgres, after `buildImage`; prints the size. */
export async function buildEmbeddedImage(): Promise<string> {
  await build(embeddedImage, "service", ["--build-arg", "EMBEDDED_POSTGRES=true"]);
  return embeddedImage;
}

async function makeBase(baseImage: string): Promise<void> {
  const isThere = await run("buildah", ["inspect", "--type", "image", base]).catch(() => undefined);
  if (isThere) return;
  const work = mkdtempSync(join(tmpdir(), "node-"));
  try {
    const PATH = `${await nodeWithNpm(work)}:${process.env.PATH}`;
    await run(baseImage, [base], { env: { ...process.env, PATH }, maxBuffer: 2 ** 24 });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The Node of these tests, with npm where the command looks for it, as in Node's own archives. */
async function nodeWithNpm(work: string): Promise<string> {
  const { stdout } = await run("sh", ["-c", 'readlink -f "$(command -v npm)"']);
  cpSync(process.execPath, join(work, "bin", "node"));
  const npm = join(dirname(stdout.trim()), "..");
  cpSync(npm, join(work, "lib", "node_modules", "npm"), { recursive: true });
  return join(work, "bin");
}

/** Of another Dockerfile, on the same base; `folder` is what it copies from. Prints the size. */
export async function buildOther(name: string, dockerfile: string, folder: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "dockerfile-"));
  try {
    const file = join(work, "Dockerfile");
    writeFileSync(file, `FROM ${base}\n${dockerfile}`);
    await buildFrom(folder, name, ["--file", file]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function build(name: string, target: string, more: string[] = []): Promise<void> {
  const args = ["--target", target, "--build-arg", `BASE_IMAGE=${base}`];
  return buildFrom(root, name, [...args, ...more]);
}

async function buildFrom(folder: string, name: string, more: string[]): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "image-"));
  try {
    const args = [
      ...["build", "--isolation", "chroot", "--pull-never", "--layers", "--quiet"],
      ...["--tag", name, ...more, ...(await asHere(work))],
    ];
    await run("buildah", [...args, folder], { maxBuffer: 2 ** 26 });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const { stdout } = await run("buildah", ["images", "--format", "{{.Size}}", name]);
  process.stderr.write(`\n${name} has ${stdout.trim()}\n`);
}

/**
 * The registry of this machine, its certificates, where it has Debian's packages from, and what it
 * has of npm's: none is kept.
 */
async function asHere(work: string): Promise<string[]> {
  const { stdout } = await run("npm", ["config", "get", "registry"]);
  const settings = join(work, "npmrc");
  writeFileSync(settings, `registry=${stdout.trim()}\nprefer-offline=true\n${certificates}`);
  const cache = join(homedir(), ".npm");
  mkdirSync(cache, { recursive: true });
  const mounts = [`${settings}:/root/.npmrc:ro`, `${cache}:/root/.npm`];
  mounts.push("/etc/ssl/certs:/etc/ssl/certs:ro", "/etc/apt:/etc/apt:ro");
  return mounts.flatMap((mount) => ["--volume", mount]);
}

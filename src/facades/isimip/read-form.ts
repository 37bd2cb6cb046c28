// A POST with files: a part `data` with the JSON, and uploads under their names.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { type Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy } from "@fastify/busboy";
import type { Config } from "../../config.ts";
import { formFolder } from "../../data-folder.ts";
import { RequestError } from "../../errors.ts";
import { makeLargeBodies } from "../../http/json/large-bodies.ts";
import { announcedBytes } from "../../http/json/read-bytes.ts";
import { attachmentName } from "../../operations/extract/settings.ts";
import { consuming, detachedBody } from "../../storage/detached-body.ts";
import { BadJobError, texts } from "./errors.ts";
import type { Upload } from "./question.ts";

export const mostDataBytes = 2 ** 20;
const mostUploads = 8;

/** One for the process, whose disk all forms share. */
const forms = makeLargeBodies({
  mostAtOnce: 16,
  mostBytes: 2 ** 30,
  tooMany: "Too many jobs with uploads are being read now.",
});

interface Form {
  /** of the part `data`; undefined where there is none */
  data: Buffer | undefined;
  uploads: Upload[];
}

/** Uploads are kept on disk, under names of ours, until `use` has ended. */
export async function withForm<Result>(
  request: IncomingMessage,
  { dataDir, isimip }: Pick<Config, "dataDir" | "isimip">,
  use: (form: Form) => Promise<Result>,
): Promise<Result> {
  const mostBytes = (isimip?.uploadMegabytes ?? 0) * 2 ** 20;
  if (announcedBytes(request) > mostBytes + 2 * mostDataBytes) throw tooLarge(mostBytes);
  const place = forms.place();
  await place.take(mostBytes, mostBytes);
  let folder: string | undefined;
  try {
    await mkdir(formFolder(dataDir), { recursive: true, mode: 0o700 });
    folder = await mkdtemp(join(formFolder(dataDir), "form-"));
    const at = { folder, mostBytes };
    return await use(await consuming(detachedBody(request), (body) => parse(body, request, at)));
  } finally {
    place.release();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

interface At {
  folder: string;
  mostBytes: number;
}

async function parse(body: Readable, request: IncomingMessage, at: At): Promise<Form> {
  const form: Form = { data: undefined, uploads: [] };
  const left = { bytes: at.mostBytes };
  const writing: Promise<void>[] = [];
  const failures: Error[] = [];
  const fail = (error: Error) => {
    failures.push(error);
    body.destroy(error);
  };
  const parser = parserFor(request);
  parser.on("file", (name, part) => {
    const kept =
      name === "data"
        ? keepData(part).then((data) => {
            form.data = data;
          })
        : keepUpload(part, name, { ...at, left, number: writing.length }).then((upload) => {
            form.uploads.push(upload);
          });
    writing.push(kept.catch(fail));
  });
  parser.on("filesLimit", () => fail(tooMany()));
  const isWhole = await pipeline(body, parser).then(
    () => true,
    () => false,
  );
  await Promise.all(writing);
  // A part may fail after the whole was read
  const [failure] = failures;
  if (failure && (failure instanceof RequestError || isOfDisk(failure))) throw failure;
  if (failure || !isWhole) throw new BadJobError({ data: [texts.malformed] });
  return form;
}

function parserFor({ headers }: IncomingMessage) {
  const type = headers["content-type"] ?? "";
  const limits = { files: mostUploads + 1, fields: 10, fieldSize: 1_000, headerPairs: 20 };
  try {
    return new Busboy({ headers: { ...headers, "content-type": type }, limits });
  } catch {
    throw new BadJobError({ data: [texts.malformed] });
  }
}

async function keepData(part: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  await pipeline(
    part,
    atMost({ bytes: mostDataBytes }, () => tooLarge(mostDataBytes)),
    collect,
  );
  return Buffer.concat(chunks);
}

interface UploadAt extends At {
  /** of all uploads together */
  left: { bytes: number };
  number: number;
}

async function keepUpload(
  part: Readable,
  name: string,
  { folder, mostBytes, left, number }: UploadAt,
): Promise<Upload> {
  if (!attachmentName.test(name)) {
    part.resume();
    throw badName();
  }
  const path = join(folder, String(number));
  const hash = createHash("sha256");
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  await pipeline(
    part,
    atMost(left, () => tooLarge(mostBytes)),
    measure,
    file,
  );
  return { name, size, sha256: hash.digest("hex"), open: () => createReadStream(path) };
}

function atMost(left: { bytes: number }, refusal: () => Error): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      left.bytes -= chunk.length;
      if (left.bytes < 0) done(refusal());
      else done(null, chunk);
    },
  });
}

function tooLarge(bytes: number): RequestError {
  const text = `A job comes with at most ${Math.ceil(bytes / 2 ** 20)} MB.`;
  return new RequestError(413, "too_large", text);
}

function tooMany(): BadJobError {
  return new BadJobError({ uploads: [`To many uploads provided (max: ${mostUploads}).`] });
}

function badName(): BadJobError {
  const text =
    "only letters, numbers, hyphens, underscores, and single periods are permitted in the name " +
    "of an upload";
  return new BadJobError({ uploads: [text] });
}

function isOfDisk(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES"].includes(
    (error as NodeJS.ErrnoException).code ?? "",
  );
}

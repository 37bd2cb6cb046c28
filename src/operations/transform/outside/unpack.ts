import { unzipSync } from "fflate";
import { RequestError } from "../../../errors.ts";

/** What a ConfigMap of Kubernetes may hold, in which containers get their code. */
const mostBytes = 1024 * 1024;
const mostFiles = 200;

/** What is no zip of plain files. */
export class NoCodeError extends Error {}

/** The files of generated code by name, in base64. Throws `NoCodeError` or a `RequestError`. */
export function unpackCode(zip: Buffer, generator: string): Record<string, string> {
  let bytes = 0;
  let files = 0;
  const unpacked = unzipped(zip, ({ name, originalSize }) => {
    if (!/^[\w.-]{1,253}$/.test(name) || /^\.$|^\.\./.test(name))
      throw new NoCodeError(`it has ${JSON.stringify(name.slice(0, 100))}, which is no plain name`);
    bytes += originalSize;
    files += 1;
    if (files > mostFiles) throw new NoCodeError(`it has more than ${mostFiles} files`);
    if (bytes > mostBytes) throw tooLarge(generator);
    return true;
  });
  const names = Object.keys(unpacked);
  if (names.length === 0) throw new NoCodeError("it is empty");
  return Object.fromEntries(
    Object.entries(unpacked).map(([name, content]) => [
      name,
      Buffer.from(content).toString("base64"),
    ]),
  );
}

function unzipped(
  zip: Buffer,
  filter: (file: { name: string; originalSize: number }) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(zip, { filter });
  } catch (error) {
    if (error instanceof NoCodeError || error instanceof RequestError) throw error;
    throw new NoCodeError("it cannot be unpacked", { cause: error });
  }
}

export function tooLarge(generator: string): RequestError {
  const detail =
    `The code that the generator ${generator} made of the selection is larger than 1 MiB, the ` +
    "most that its containers can be given: make the selection smaller.";
  return new RequestError(422, "code_too_large", detail, [{ pointer: "/selection", detail }]);
}

// The answer of a code generator: a body of several parts, of which one is a zip.

const longestHead = 4_096;

export interface Part {
  name: string | undefined;
  content: Buffer;
}

/** Undefined where the type names no boundary, or the body is not made of parts. */
export function partsOf(contentType: string, body: Buffer): Part[] | undefined {
  const [, quoted, plain] =
    /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const line = Buffer.from(`\r\n--${boundary}`);
  // The first boundary may begin the body, without a line before it
  const text = Buffer.concat([Buffer.from("\r\n"), body]);
  const parts: Part[] = [];
  for (let at = text.indexOf(line); at !== -1; ) {
    const begin = at + line.length;
    if (text.toString("latin1", begin, begin + 2) === "--") return parts;
    const end = text.indexOf(line, begin);
    if (end === -1) return undefined;
    const part = partOf(text.subarray(begin, end));
    if (!part) return undefined;
    parts.push(part);
    at = end;
  }
  return undefined;
}

function partOf(text: Buffer): Part | undefined {
  const headEnd = text.subarray(0, longestHead).indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const lines = text.toString("utf8", 0, headEnd).split("\r\n");
  const disposition = lines.find((line) => /^content-disposition:/i.test(line)) ?? "";
  const parameters = disposition.split(";").map((parameter) => parameter.trim());
  const name = parameters.find((parameter) => parameter.startsWith('name="'))?.slice(6, -1);
  return { name, content: text.subarray(headEnd + 4) };
}

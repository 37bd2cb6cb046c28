// A code generator as servicex-code-gen-lib answers, on loopback.
import { zipSync } from "fflate";
import { type StandIn, startStandIn } from "./stand-in.ts";

export interface CodeGenerator extends StandIn {
  /** what it was asked for */
  selections(): string[];
}

export interface GeneratedParts {
  image?: string;
  files?: Record<string, string | Uint8Array>;
}

/** `parts`: what it makes of a selection; a text: what it refuses it with. */
export async function startCodeGenerator(
  parts: (selection: string) => GeneratedParts | string,
): Promise<CodeGenerator> {
  const standIn = await startStandIn(({ path, body }) => {
    if (path !== "/servicex/generated-code") return { status: 404, body: "<html>" };
    const { code } = JSON.parse(body.toString()) as { code: string };
    const made = parts(code);
    if (typeof made === "string") return { status: 500, body: JSON.stringify({ Message: made }) };
    return { status: 200, ...multipart(made) };
  });
  return {
    ...standIn,
    selections: () =>
      standIn.calls.map(({ body }) => (JSON.parse(body.toString()) as { code: string }).code),
  };
}

export function multipart({
  image = "example.org/science:1",
  files = { "generated_transformer.py": "print()", "transformer_capabilities.json": "{}" },
}: GeneratedParts): { body: Buffer; headers: Record<string, string> } {
  const boundary = "0123456789abcdef0123456789abcdef";
  const zip = zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        typeof content === "string" ? Buffer.from(content) : content,
      ]),
    ),
  );
  const parts: [string, Buffer][] = [
    ["transformer_image", Buffer.from(`${image}\n`)],
    ["language", Buffer.from("python")],
    ["command", Buffer.from("/generated/transform_single_file.py")],
    ["zip_data", Buffer.from(zip)],
  ];
  const lines = parts.flatMap(([name, content]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
    content,
    Buffer.from("\r\n"),
  ]);
  return {
    body: Buffer.concat([...lines, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

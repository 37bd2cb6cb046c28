import { z } from "zod";

const type = "urn:longshore:problem:";

/** The code of a problem document; undefined for another text. */
export function codeOf(text: string): string | undefined {
  try {
    const problem = z.object({ type: z.string().startsWith(type) }).parse(JSON.parse(text));
    return problem.type.slice(type.length);
  } catch {
    return undefined;
  }
}

/** The sentence of a problem document, else the beginning of the text. */
export function detailOf(text: string): string {
  try {
    const problem = z.object({ detail: z.string() }).parse(JSON.parse(text));
    return problem.detail;
  } catch {
    return text.slice(0, 300);
  }
}

// A sidecar whose generator writes no Parquet turns what the science wrote into it, and names the
// object after the ROOT file (contract servicex.md, section 5).
import { z } from "zod";
import type { Query } from "../../db/client.ts";
import { capabilitiesOf } from "./run-store.ts";

const capabilitiesShape = z.object({ "file-formats": z.array(z.string()) });

/** Steps whose sidecars turn ROOT files into Parquet. */
export async function stepsThatConvert(
  query: Query,
  request: string,
): Promise<ReadonlySet<number>> {
  const runs = await capabilitiesOf(query, request);
  return new Set(
    runs.filter(({ capabilities }) => !writesParquet(capabilities)).map(({ step }) => step),
  );
}

/** What cannot be read is no reason to look for other names. */
function writesParquet(base64: string): boolean {
  try {
    const text = Buffer.from(base64, "base64").toString();
    return capabilitiesShape.parse(JSON.parse(text))["file-formats"].includes("parquet");
  } catch {
    return true;
  }
}

/** As `with_suffix` of Python's pathlib leaves it: "a.b.root" is "a.b", and ".root" stays. */
export function withoutEnding(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 && dot < name.length - 1 ? name.slice(0, dot) : name;
}

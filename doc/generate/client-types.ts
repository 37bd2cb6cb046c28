// Types of the client, made from the OpenAPI document with every operation there is.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString, type OpenAPI3 } from "openapi-typescript";
import { documentOf } from "../../src/http/openapi.ts";
import { routes } from "../../src/http/routes/index.ts";
import { allOperations } from "../../src/operations/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export async function clientTypes(): Promise<string> {
  const document = JSON.parse(JSON.stringify(documentOf(routes, allOperations))) as OpenAPI3;
  const types = astToString(await openapiTypescript(document, { defaultNonNullable: false }));
  return formatted(
    `// Made by \`npm run generate\` from the OpenAPI document; not edited by hand.\n${types}`,
  );
}

function formatted(source: string): string {
  const biome = `${root}node_modules/.bin/biome`;
  return execFileSync(biome, ["format", "--stdin-file-path=src/client/api-types.ts"], {
    cwd: root,
    input: source,
    encoding: "utf8",
  });
}

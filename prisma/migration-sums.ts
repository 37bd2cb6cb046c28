// prisma/migrations.sha256 notes each migration as it was first committed, in the form of `sha256sum`.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Sentences about migrations that are not as they were noted. `prisma` is the folder of schema, migrations and sums. */
export function migrationSumFaults(prisma: string): string[] {
  const now = currentSums(prisma);
  const noted = notedSums(prisma);
  const edited = [...noted].filter(([path, sum]) => now.get(path) !== sum).map(([path]) => path);
  const unknown = [...now.keys()].filter((path) => !noted.has(path));
  return [
    ...edited.map(
      (path) =>
        `prisma/${path} was edited or removed: put it back as it was, and say the change in a migration of its own.`,
    ),
    ...unknown.map(
      (path) => `prisma/${path} is not noted in prisma/migrations.sha256: run npm run generate.`,
    ),
  ];
}

/** The noted sums and those of new migrations; a note that exists never changes, so that an edit stays visible. */
export function withNewSums(prisma: string): string {
  const sums = new Map([...currentSums(prisma), ...notedSums(prisma)]);
  return [...sums.keys()]
    .sort()
    .map((path) => `${sums.get(path)}  ${path}\n`)
    .join("");
}

function currentSums(prisma: string): Map<string, string> {
  const paths = readdirSync(join(prisma, "migrations")).map((name) =>
    join("migrations", name, "migration.sql"),
  );
  return new Map(
    paths
      .filter((path) => existsSync(join(prisma, path)))
      .map((path) => [
        path,
        createHash("sha256")
          .update(readFileSync(join(prisma, path)))
          .digest("hex"),
      ]),
  );
}

function notedSums(prisma: string): Map<string, string> {
  const file = join(prisma, "migrations.sha256");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

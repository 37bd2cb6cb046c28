import { accessSync, constants } from "node:fs";
import { isAbsolute, join } from "node:path";

interface Named {
  CDO_BIN: string;
  NCKS_BIN: string;
}

/** Absolute paths of the programs. */
export interface Tools {
  cdo: string;
  ncks: string;
}

/** The programs, or a sentence that says what is missing on this machine, and who has it. */
export function toolsOf({ CDO_BIN, NCKS_BIN }: Named): Tools | string {
  const cdo = programAt(CDO_BIN);
  const ncks = programAt(NCKS_BIN);
  if (cdo && ncks) return { cdo, ncks };
  const missing = [
    ...(cdo ? [] : ["cdo (Debian's package cdo; CDO_BIN names it)"]),
    ...(ncks ? [] : ["ncks (Debian's package nco; NCKS_BIN names it)"]),
  ];
  return `extract cannot work on this machine, which lacks ${missing.join(" and ")}.`;
}

/** What `create_mask` needs besides, or a sentence that says who has it. */
export function shapeToolOf({ OGR2OGR_BIN }: { OGR2OGR_BIN: string }): { path: string } | string {
  const path = programAt(OGR2OGR_BIN);
  if (path !== undefined) return { path };
  return (
    "create_mask cannot work on this machine, which lacks ogr2ogr (Debian's package gdal-bin; " +
    "OGR2OGR_BIN names it)."
  );
}

/** Where a bare name is looked for: the programs get no PATH. */
const folders = ["/usr/local/bin", "/usr/bin", "/bin"];

function programAt(name: string): string | undefined {
  if (name.includes("/")) return isAbsolute(name) && canRun(name) ? name : undefined;
  return folders.map((folder) => join(folder, name)).find(canRun);
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// A façade speaks another service's HTTP API at that service's own paths, and translates it to
// ours.
import type { Mount } from "../http/mount.ts";
import { isimip } from "./isimip/index.ts";
import { servicex, servicexPages } from "./servicex/index.ts";
import { tape } from "./tape/index.ts";
import { tapeRest } from "./tape-rest/index.ts";

export const facades: Mount[] = [servicex, servicexPages, tape, tapeRest, isimip];

// What `import { Longshore } from "longshore"` offers.
export { Longshore, type SubmitOptions } from "./client.ts";
export type { Downloaded, DownloadOptions } from "./download.ts";
export { ApiError, FolderError, StoreError, UnreachableError } from "./errors.ts";
export type { ManifestLine } from "./manifest.ts";
export type { RetryOptions } from "./retry.ts";
export type * from "./views.ts";

// Whom messages are for, or about.
import type { PersonRow } from "./people-store.ts";

export { findPerson as readAddressee } from "./people-store.ts";

export type Addressee = Pick<
  PersonRow,
  "id" | "state" | "name" | "email" | "emailVerified" | "institution" | "experiment"
>;

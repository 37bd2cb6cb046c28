// Whom messages are for, or about.
export { type Addressee, readAddressee } from "./addressee-store.ts";

// What administrators do to people and tokens, and what people do to their tokens. (`longshore
// audit` is about the ledger.)
export { type Act, type Actor, recordAct } from "./acts-store.ts";

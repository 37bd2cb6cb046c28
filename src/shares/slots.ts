// What dispatchers use of this folder: who is next in line, and the lock under which files are
// started.
export { type LineStep, readLine } from "./line-store.ts";
export { withSlotsLocked } from "./lock-store.ts";
export { type PlaceInLine, placeInLine } from "./place-store.ts";

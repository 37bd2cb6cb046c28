// What dispatch uses of this folder: the line, and the lock for starting files.
export { type LineStep, readLine } from "./line-store.ts";
export { SlotsBusyError, withSlotsLocked } from "./lock-store.ts";
export { type PlaceInLine, placeInLine } from "./place-store.ts";

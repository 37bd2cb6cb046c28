import { openLine } from "./line.ts";

/**
 * A line whose first connections break after so many bytes of what comes back, one number for each;
 * later ones do not.
 */
export function cutLine(port: number, cuts: readonly number[]) {
  return openLine(port, ({ client, number }) => {
    let left = cuts[number] ?? Number.POSITIVE_INFINITY;
    return (bytes) => {
      if (bytes.length < left) client.write(bytes);
      else client.end(bytes.subarray(0, left), () => client.resetAndDestroy());
      left -= bytes.length;
    };
  });
}

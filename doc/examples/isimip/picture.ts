// A picture of a grid as PNG (its specification, third edition), without a library.
import { deflateSync } from "node:zlib";

const pixelsOfCell = 6;

/** From blue to red by value; cells without one are white. The first row is on top. */
export function pictureOf({
  width,
  values,
}: {
  width: number;
  values: readonly (number | null)[];
}): Buffer {
  const known = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const height = values.length / width;
  const lines: Buffer[] = [];
  for (let row = 0; row < height; row++) {
    const colors = values.slice(row * width, (row + 1) * width).flatMap((value) => {
      const color =
        value === null ? [255, 255, 255] : colorOf((value - least) / (most - least || 1));
      return Array.from({ length: pixelsOfCell }, () => color).flat();
    });
    // Each line begins with its filter: none
    const line = Buffer.from([0, ...colors]);
    for (let times = 0; times < pixelsOfCell; times++) lines.push(line);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width * pixelsOfCell, 0);
  head.writeUInt32BE(height * pixelsOfCell, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(lines))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function colorOf(share: number): number[] {
  return [Math.round(255 * share), Math.round(80 * (1 - share)), Math.round(255 * (1 - share))];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, check]);
}

/** Node has it from version 22 on. */
function crc32(bytes: Buffer): number {
  let check = 0xffffffff;
  for (const byte of bytes) {
    check ^= byte;
    for (let bit = 0; bit < 8; bit++) check = (check >>> 1) ^ (check & 1 ? 0xedb88320 : 0);
  }
  return (check ^ 0xffffffff) >>> 0;
}

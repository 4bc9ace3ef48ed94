/** Pixels of a side: twice what the widget shows. */
const SIDE = 96;
/** Characters of an address that the server takes: 12 KiB of a picture. */
const MOST_CHARS = 16_384;

/** In the order in which they are tried. A browser that cannot write one gives a PNG instead. */
const KINDS: [type: string, quality: number][] = [
  ['image/webp', 0.9],
  ['image/png', 1],
  ['image/jpeg', 0.85],
];

/** The middle of a picture as a small square, in an address of its own. Throws where the file is no picture. */
export async function shrunk(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file);
  const side = Math.min(picture.width, picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  picture.close();
  const written = KINDS.map(([type, quality]) => canvas.toDataURL(type, quality));
  const small = written.find((address) => address.length <= MOST_CHARS);
  if (!small) throw new Error('too large');
  return small;
}

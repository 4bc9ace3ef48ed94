/** Up to this luminance white reads better on a colour than black; as in the widget's own style. */
const MIDDLE = 0.183;

/** Black or white, whichever reads on a colour such as `#0b6e66`. */
export function inkOn(color: string): string {
  const parts = [1, 3, 5].map((at) => linear(parseInt(color.slice(at, at + 2), 16) / 255));
  const [red = 0, green = 0, blue = 0] = parts;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > MIDDLE ? '#000000' : '#ffffff';
}

/** Of a channel of sRGB, the light. */
const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

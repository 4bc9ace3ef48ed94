type Attributes = Record<string, unknown>;

/** Attributes to be written by hand: a line each. What is no text is as JSON has it. */
export function asLines(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}: ${worded(value)}`)
    .join('\n');
}

/** What changes `before` into what the lines say, where null removes; undefined where a line says nothing. */
export function patchOf(before: Attributes, lines: string): Attributes | undefined {
  const patch: Attributes = Object.fromEntries(Object.keys(before).map((name) => [name, null]));
  for (const line of lines.split('\n').filter((line) => line.trim())) {
    const [, name, text] = /^\s*([^:]*[^:\s])\s*:\s*(.*\S)\s*$/.exec(line) ?? [];
    if (!name || !text) return undefined;
    // What nobody has changed stays what it was, be it a number.
    patch[name] = name in before && worded(before[name]) === text ? before[name] : text;
  }
  return patch;
}

const worded = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

import type { Space } from '../api';

/** What somebody has changed and not saved yet, by the paths that the API has for it. */
export type Edits = Readonly<Record<string, unknown>>;

/** What a space has at a path, such as `settings.ai.top_k`. */
export function valueAt(space: Space, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], space);
}

/** The edits and one more; one that changes nothing is none. */
export function edited(edits: Edits, space: Space, path: string, value: unknown): Edits {
  const others = Object.fromEntries(Object.entries(edits).filter(([name]) => name !== path));
  return same(value, valueAt(space, path)) ? others : { ...others, [path]: value };
}

/** The edits that were made beyond those which have been saved. */
export function since(edits: Edits, saved: Edits): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([path, value]) => value !== saved[path]));
}

/** The body of a request that makes the edits. */
export function changeOf(edits: Edits): Record<string, unknown> {
  const change: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(edits)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let at = change;
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
    at[last] = clean(value);
  }
  return change;
}

const same = (one: unknown, other: unknown) => JSON.stringify(clean(one)) === JSON.stringify(clean(other));

/** Without the lines in which nothing stands. */
function clean(value: unknown): unknown {
  return Array.isArray(value) ? value.map((line: unknown) => (typeof line === 'string' ? line.trim() : line)).filter(Boolean) : value;
}

import { nameOf } from '../spaces/settings/fields';
import type { Change } from '../ui/Changes';

/** What was and what is, one line for each field at the end of its path. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [was, is] = [flat(before), flat(after)];
  const paths = [...new Set([...was.keys(), ...is.keys()])];
  return paths.map((path) => ({ name: path ? nameOf(path) : 'Value', before: was.get(path), after: is.get(path) }));
}

function flat(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (value === null && path === '') return found;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return found.set(path, value);
  for (const [name, below] of Object.entries(value)) flat(below, path ? `${path}.${name}` : name, found);
  return found;
}

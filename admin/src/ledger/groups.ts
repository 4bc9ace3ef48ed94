import type { Colour, Row } from '../overview/Plot';
import type { By, CallKind, Figure, Group } from './api';

/** What calls were for, in words. */
export const KIND_NAMES: Record<CallKind, string> = {
  chat: 'Answers',
  embedding: 'Embeddings',
  rerank: 'Reranking',
  draft: 'Drafts',
  summary: 'Summaries',
  classify: 'Classification',
};

/** Calls of one model, kind or space. */
export interface Line {
  /** What it is filtered by. */
  key: string;
  name: string;
  figure: Figure;
}

const NOTHING: Figure = { calls: 0, input: 0, output: 0, cache_write: 0, cache_read: 0, cache_hit_rate: null, cost_nanos: 0, estimated: 0, unpriced: 0 };

export const sent = ({ input, cache_write, cache_read }: Figure) => input + cache_write + cache_read;

function sum(a: Figure, b: Figure): Figure {
  const all = {
    calls: a.calls + b.calls,
    input: a.input + b.input,
    output: a.output + b.output,
    cache_write: a.cache_write + b.cache_write,
    cache_read: a.cache_read + b.cache_read,
    cache_hit_rate: null,
    cost_nanos: a.cost_nanos + b.cost_nanos,
    estimated: a.estimated + b.estimated,
    unpriced: a.unpriced + b.unpriced,
  };
  return { ...all, cache_hit_rate: sent(all) > 0 ? all.cache_read / sent(all) : null };
}

export const keyOf = (group: Group, by: By) => (by === 'space' ? group.space?.id : group[by]) ?? '';

function nameOf(group: Group, by: By): string {
  if (by === 'space') return group.space?.name ?? 'A removed space';
  return (by === 'kind' ? group.kind && KIND_NAMES[group.kind] : group.model) ?? '';
}

/** Those of all days, the dearest first. */
export function lines(groups: Group[], by: By): Line[] {
  const all = new Map<string, Line>();
  for (const group of groups) {
    const key = keyOf(group, by);
    const line = all.get(key) ?? { key, name: nameOf(group, by), figure: NOTHING };
    all.set(key, { ...line, figure: sum(line.figure, group) });
  }
  return [...all.values()].sort((a, b) => b.figure.cost_nanos - a.figure.cost_nanos || b.figure.calls - a.figure.calls);
}

const COLOURS: Colour[] = ['accent', 'good', 'warn', 'bad', 'mute'];

/** Every day from one to another. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** What each cost on each day, on one another; what comes after the fifth is one. */
export function stacks(groups: Group[], by: By, days: string[], all: Line[]): Row[] {
  const cost = new Map<string, number>();
  for (const group of groups) {
    const at = `${group.day} ${keyOf(group, by)}`;
    cost.set(at, (cost.get(at) ?? 0) + group.cost_nanos);
  }
  const values = (keys: string[]) => days.map((day) => keys.reduce((sum, key) => sum + (cost.get(`${day} ${key}`) ?? 0), 0));
  const shown = all.length > COLOURS.length + 1 ? all.slice(0, COLOURS.length) : all;
  const rest = all.slice(shown.length);
  // Two spaces may be called alike, and two bars may not.
  const names = new Set<string>();
  const alone = (name: string) => {
    let own = name;
    for (let n = 2; names.has(own); n += 1) own = `${name} (${n})`;
    names.add(own);
    return own;
  };
  const rows: Row[] = shown.map(({ key, name }, i) => ({ name: alone(name), colour: COLOURS[i] ?? 'strong', stack: 'all', values: values([key]) }));
  if (rest.length > 0) rows.push({ name: alone('Others'), colour: 'strong', stack: 'all', values: values(rest.map(({ key }) => key)) });
  return rows;
}

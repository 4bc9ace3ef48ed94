import { ArrowRight } from 'lucide-react';

export interface Change {
  name: string;
  /** `undefined` where it was not there. */
  before: unknown;
  after: unknown;
}

/** What was and what is, field by field. */
export function Changes({ items }: { items: Change[] }) {
  return (
    <dl className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-panel text-xs">
      {items.map(({ name, before, after }) => (
        <div key={name} className="grid gap-x-4 gap-y-1 px-3 py-2 sm:grid-cols-[minmax(0,11rem)_minmax(0,1fr)]">
          <dt className="pt-0.5 font-medium wrap-anywhere">{name}</dt>
          <dd className="flex min-w-0 flex-wrap items-start gap-x-2 gap-y-1 sm:flex-nowrap">
            {before !== undefined && <Value value={before} look="bg-bad-soft text-bad" said="before: " />}
            {before !== undefined && after !== undefined && <ArrowRight className="mt-1 size-3.5 shrink-0 text-mute" aria-hidden />}
            {after !== undefined && <Value value={after} look="bg-good-soft text-good" said="after: " />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Characters of what stays in one piece beside something long. */
const SHORT = 12;

function Value({ value, look, said }: { value: unknown; look: string; said: string }) {
  const lines = Array.isArray(value) && value.length > 0 ? value : [value];
  const short = lines.every((line) => shown(line).length <= SHORT);
  return (
    <div className={`${short ? 'sm:shrink-0' : 'min-w-0'} rounded px-1.5 py-0.5 whitespace-pre-wrap wrap-anywhere ${look}`}>
      <span className="sr-only">{said}</span>
      {lines.map((line, i) => (
        <div key={i}>{isPicture(line) ? <img src={line} alt="a picture" className="size-8 rounded object-cover" /> : shown(line)}</div>
      ))}
    </div>
  );
}

function isPicture(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('data:image/');
}

function shown(value: unknown): string {
  if (value === null || value === '') return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(shown).join(', ');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  // Fractions come as the nearest the server can hold.
  if (typeof value === 'number') return String(Math.round(value * 1e4) / 1e4);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

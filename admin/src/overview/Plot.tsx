import { Bar, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis, type TooltipContentProps } from 'recharts';
import { count, longSlotName, slotName, type Format } from './format';

export type Colour = 'accent' | 'good' | 'warn' | 'bad' | 'mute' | 'strong';

/** A row of figures of a chart, one for each slot. */
export interface Row {
  name: string;
  colour: Colour;
  look?: 'bar' | 'line' | 'dashed';
  /** Bars of one stack stand on each other. */
  stack?: string;
  values: (number | null)[];
}

interface PlotProps {
  slots: string[];
  rows: Row[];
  format: Format;
  /** The scale, where it is not from nought to the greatest. */
  domain?: [number, number];
}

const paint = (colour: Colour) => `var(--color-${colour})`;

/** The picture alone: what is in it is in the table beside it, too. */
export function Plot({ slots, rows, format, domain }: PlotProps) {
  const data = slots.map((at, i) => ({ at, ...Object.fromEntries(rows.map((row) => [row.name, row.values[i] ?? null])) }));
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 480, height: 200 }}>
      <ComposedChart data={data} accessibilityLayer={false} margin={{ top: 6, right: 4, bottom: 0, left: 0 }} barCategoryGap="20%" barGap={1}>
        <CartesianGrid vertical={false} stroke="var(--color-line)" />
        <XAxis dataKey="at" tickFormatter={slotName} tickLine={false} axisLine={{ stroke: 'var(--color-strong)' }} tick={TICK} minTickGap={28} />
        <YAxis width={54} domain={domain ?? [0, 'auto']} allowDecimals={format !== count} tickFormatter={(value: number) => format(value)} tickLine={false} axisLine={false} tick={TICK} tickCount={5} />
        <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--color-sunken)', stroke: 'var(--color-strong)', opacity: 0.6 }} content={(props) => <Said {...props} rows={rows} format={format} />} />
        {rows.map((row) =>
          (row.look ?? 'bar') === 'bar' ? (
            <Bar key={row.name} dataKey={row.name} fill={paint(row.colour)} {...(row.stack && { stackId: row.stack })} maxBarSize={28} isAnimationActive={false} />
          ) : (
            <Line
              key={row.name}
              dataKey={row.name}
              stroke={paint(row.colour)}
              strokeWidth={2}
              {...(row.look === 'dashed' && { strokeDasharray: '4 4' })}
              // A day on its own is no line, and where nothing was there is none.
              dot={row.look === 'dashed' ? false : { r: slots.length > 45 ? 1.5 : 2.5, strokeWidth: 0, fill: paint(row.colour) }}
              isAnimationActive={false}
            />
          ),
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

const TICK = { fill: 'var(--color-mute)', fontSize: 11 } as const;

function Said({ active, label, rows, format, payload }: Partial<TooltipContentProps> & { rows: Row[]; format: Format }) {
  if (!active || typeof label !== 'string') return null;
  const said = new Map(payload?.map(({ name, value }) => [name, typeof value === 'number' ? value : null]));
  return (
    <div className="space-y-1 rounded-lg border border-line bg-panel px-3 py-2 text-xs shadow-pop">
      <p className="font-medium text-ink">{longSlotName(label)}</p>
      {rows.map(({ name, colour }) => (
        <p key={name} className="flex items-center gap-2 text-mute">
          <Key colour={colour} /> {name}
          <span className="ms-auto ps-4 font-medium text-ink tabular-nums">{format(said.get(name))}</span>
        </p>
      ))}
    </div>
  );
}

const KEYS: Record<Colour, string> = {
  accent: 'bg-accent',
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  mute: 'bg-mute',
  strong: 'bg-strong',
};

export function Key({ colour, dashed }: { colour: Colour; dashed?: boolean }) {
  return <span aria-hidden className={`inline-block shrink-0 rounded-sm ${dashed ? 'h-0.5 w-3' : 'size-2.5'} ${KEYS[colour]}`} />;
}

import type { Mood } from './api';

const [WIDTH, HEIGHT] = [96, 24];

const TRENDS = { better: 'getting better', steady: '', worse: 'getting worse' };

const KINDS: Record<string, string> = { angry: 'text-bad', negative: 'text-bad', positive: 'text-good' };

/** How the visitor is and has been, with the words that decided. */
export function MoodFact({ of: mood }: { of: Mood }) {
  const word = mood.angry ? 'Angry' : mood.valence <= -0.3 ? 'Unhappy' : mood.valence >= 0.3 ? 'Happy' : 'Neutral';
  const trend = TRENDS[mood.trend];
  return (
    <section className="space-y-2 border-t border-line p-4 text-[13px]">
      <h3 className="text-xs text-mute">Mood</h3>
      <div className="flex items-center justify-between gap-3">
        <p className={mood.angry ? 'text-bad' : undefined}>{trend ? `${word}, ${trend}` : word}</p>
        {mood.recent.length > 1 && <Line of={mood.recent} />}
      </div>
      {mood.words.length > 0 && (
        <ul aria-label="Words that decided" className="flex flex-wrap gap-1">
          {mood.words.map(({ text, kind }) => (
            <li key={`${kind} ${text}`} title={kind} className={`rounded bg-sunken px-1.5 py-0.5 text-xs wrap-anywhere ${KINDS[kind] ?? 'text-warn'}`}>
              {text}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The valence after each message, from good at the top to bad at the bottom. */
function Line({ of: values }: { of: readonly number[] }) {
  const x = (i: number) => 3 + (i / (values.length - 1)) * (WIDTH - 6);
  const y = (value: number) => HEIGHT / 2 - value * (HEIGHT / 2 - 3);
  const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const last = values.at(-1) ?? 0;
  return (
    <svg role="img" aria-label={`Mood of the last ${values.length} messages`} width={WIDTH} height={HEIGHT} className={last <= -0.3 ? 'text-bad' : 'text-accent'}>
      <line x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} stroke="currentColor" strokeOpacity={0.3} strokeDasharray="2 3" />
      <polyline points={points} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
      <circle cx={x(values.length - 1)} cy={y(last)} r={2.5} fill="currentColor" />
    </svg>
  );
}

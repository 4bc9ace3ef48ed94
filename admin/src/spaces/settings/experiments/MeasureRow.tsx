import { Tag } from '../../../ui/Tag';
import type { Arm, Measure, Measured } from './api';
import { ARMS, differenceWords, placeOn, scaleOf, SHOWN, VERDICTS } from './measures';

/** A measure of both arms, one above the other on the same scale. */
export function MeasureRow({ of }: { of: Measure }) {
  const { name } = SHOWN[of.measure];
  const verdict = VERDICTS[of.verdict];
  const scale = scaleOf(of);
  const difference = of.difference && differenceWords(of.measure, of.difference);
  return (
    <li className="grid gap-x-6 gap-y-2 px-4 py-3.5 md:grid-cols-[minmax(0,13rem)_minmax(0,1fr)]">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 md:block">
        <h4 className="font-medium">{name}</h4>
        <p className="md:mt-1">
          <Tag look={verdict.look}>{verdict.words}</Tag>
        </p>
        {difference && (
          <p className="w-full text-xs text-mute tabular-nums md:mt-1.5">
            B against A: {difference[0]} <span className="whitespace-nowrap">({difference[1]})</span>
          </p>
        )}
      </div>
      <div className="space-y-2 self-center">
        {(['a', 'b'] as const).map((arm) => (
          <Bar key={arm} arm={arm} measure={of} scale={scale} measured={of[arm]} />
        ))}
      </div>
    </li>
  );
}

interface BarProps {
  arm: Arm;
  measure: Measure;
  scale: readonly [number, number];
  measured: Measured | null;
}

/** One arm: a bar to its figure, and a line over the interval that it is estimated to be in. */
function Bar({ arm, measure: { measure }, scale, measured }: BarProps) {
  const { letter, colour } = ARMS[arm];
  const { say, of } = SHOWN[measure];
  const at = (value: number) => placeOn(scale, value);
  return (
    <div className="grid grid-cols-[1rem_minmax(0,1fr)_9rem] items-center gap-3 lg:grid-cols-[1rem_minmax(0,1fr)_12rem] text-xs">
      <span className="font-semibold">{letter}</span>
      <span className="relative h-3 overflow-hidden rounded bg-sunken" aria-hidden>
        {measured && (
          <>
            <span className={`absolute inset-y-0 start-0 ${colour}`} style={{ width: `${at(measured.value)}%` }} />
            <span
              className="absolute inset-y-0.75 border-x border-ink before:absolute before:inset-x-0 before:top-1/2 before:h-px before:bg-ink"
              style={{ insetInlineStart: `${at(measured.low)}%`, width: `${at(measured.high) - at(measured.low)}%` }}
            />
          </>
        )}
      </span>
      {measured ? (
        <span className="tabular-nums">
          <strong className="font-semibold">{say(measured.value)}</strong>{' '}
          <span className="text-mute">
            of {measured.of.toLocaleString()} {of}
          </span>
        </span>
      ) : (
        <span className="text-mute">Nothing to measure</span>
      )}
    </div>
  );
}

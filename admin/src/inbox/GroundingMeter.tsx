/** How far the sources support an answer, 0 to 1; the steps are the widget's. */
export function GroundingMeter({ value }: { value: number }) {
  const percent = Math.round(value * 100);
  const colour = value < 0.5 ? 'text-bad' : value < 0.8 ? 'text-warn' : 'text-good';
  return (
    <span className={`inline-flex items-center gap-1.5 ${colour}`}>
      <span
        role="meter"
        aria-label="Grounding"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${percent}% backed by sources`}
        className="h-1.5 w-11 overflow-hidden rounded-full bg-line"
      >
        <span className="block h-full rounded-full bg-current" style={{ width: `${percent}%` }} />
      </span>
      <span aria-hidden className="tabular-nums">
        {percent}% backed<span className="max-sm:hidden"> by sources</span>
      </span>
    </span>
  );
}

const WIDTH = 100;
const HEIGHT = 24;

/** A line as small as a word. Days without a figure are passed over. */
export function Spark({ values }: { values: (number | null)[] }) {
  const known = values.map((value) => value ?? 0);
  const [least, most] = [Math.min(...known, 0), Math.max(...known, 0)];
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.flatMap((value, i) => {
    if (value === null) return [];
    const height = most === least ? 0 : ((value - least) / (most - least)) * (HEIGHT - 3);
    return [`${round(i * step)},${round(HEIGHT - 1.5 - height)}`];
  });
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="h-6 w-full text-accent" focusable="false">
      {points.length > 1 && (
        <polyline points={points.join(' ')} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
      )}
    </svg>
  );
}

const round = (n: number) => Math.round(n * 100) / 100;

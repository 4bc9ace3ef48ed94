/** How far something is, 0 to 100. */
export function Progress({ label, percent, className = 'w-full' }: { label: string; percent: number; className?: string }) {
  return (
    <span
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={`block h-1.5 overflow-hidden rounded-full bg-line ${className}`}
    >
      <span className="block h-full rounded-full bg-accent transition-[width] duration-500" style={{ width: `${percent}%` }} />
    </span>
  );
}

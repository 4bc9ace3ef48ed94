const bar = 'h-3.5 animate-pulse rounded bg-sunken';

/** A table that is on its way. */
export function SkeletonTable({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="divide-y divide-line">
      {Array.from({ length: 9 }, (_, i) => (
        <div key={i} className="flex items-center gap-6 px-3 py-4 sm:px-5">
          <div className={`${bar} flex-1 sm:max-w-80`} />
          <div className={`${bar} ms-auto hidden w-16 sm:block`} />
          <div className={`${bar} hidden w-12 sm:block`} />
          <div className={`${bar} w-20`} />
        </div>
      ))}
    </div>
  );
}

const bar = 'animate-pulse rounded bg-sunken';

/** A list that is on its way. */
export function SkeletonRows({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="w-full divide-y divide-line md:max-w-96">
      {Array.from({ length: 7 }, (_, i) => (
        <div key={i} className="flex items-center gap-3 px-4 py-3.5">
          <div className={`${bar} size-9 rounded-full`} />
          <div className="flex-1 space-y-2">
            <div className={`${bar} h-3.5 w-2/5`} />
            <div className={`${bar} h-3.5 w-1/4`} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** A transcript that is on its way. */
export function SkeletonTranscript() {
  return (
    <div role="status" aria-label="Loading the conversation" className="flex flex-1 flex-col gap-4 p-6">
      <div className={`${bar} h-10 w-1/2 rounded-2xl`} />
      <div className={`${bar} h-24 w-3/5 self-end rounded-2xl`} />
      <div className={`${bar} h-10 w-2/5 rounded-2xl`} />
    </div>
  );
}

/** A table or a list in a frame that is on its way. */
export function SkeletonLines({ label, lines = 5 }: { label: string; lines?: number }) {
  return (
    <div role="status" aria-label={label} className="divide-y divide-line rounded-xl border border-line">
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className="flex items-center gap-4 p-4">
          <div className={`${bar} h-3.5 w-1/3`} />
          <div className={`${bar} ms-auto h-3.5 w-24`} />
        </div>
      ))}
    </div>
  );
}

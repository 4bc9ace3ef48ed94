import { FileUp } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { dropped } from './dropped';
import type { Uploads } from './uploads';

const hasFiles = (event: DragEvent) => Boolean(event.dataTransfer?.types.includes('Files'));

/** Takes files that are dropped anywhere on the window while it is shown. */
export function DropZone({ uploads, children }: { uploads: Uploads; children: ReactNode }) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  useEffect(() => {
    const enter = (event: DragEvent) => hasFiles(event) && setOver(++depth.current > 0);
    const leave = (event: DragEvent) => hasFiles(event) && setOver(--depth.current > 0);
    // Without this the browser would open the file.
    const stay = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      void dropped(event.dataTransfer).then((given) => uploads.add(given));
    };
    const events = { dragenter: enter, dragleave: leave, dragover: stay, drop } as const;
    for (const [name, hears] of Object.entries(events)) addEventListener(name as 'drop', hears);
    return () => {
      for (const [name, hears] of Object.entries(events)) removeEventListener(name as 'drop', hears);
    };
  }, [uploads]);
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {children}
      {over && (
        <div className="pointer-events-none absolute inset-2 z-30 grid place-items-center rounded-2xl border-2 border-dashed border-accent bg-accent-soft/90 text-accent">
          <p className="flex items-center gap-3 text-base font-semibold">
            <FileUp className="size-6" aria-hidden /> Drop files to add them
          </p>
        </div>
      )}
    </div>
  );
}

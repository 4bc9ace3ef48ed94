import { FileDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { bytes } from '../knowledge/words';
import type { Attachment } from './api';

const LargeImage = lazy(async () => ({ default: (await import('./LargeImage')).LargeImage }));

/** Pixels of a thumbnail at most. */
const WIDEST = 288;
const HIGHEST = 240;

export const isImage = ({ type, width, height }: Attachment) => type.startsWith('image/') && Boolean(width && height);

/** The files sent with a message or a note: images to look at, others to save. */
export function Attachments({ of, end = false }: { of: readonly Attachment[] | undefined; end?: boolean }) {
  const [large, setLarge] = useState<Attachment | null>(null);
  if (!of?.length) return null;
  return (
    <ul aria-label="Attached files" className={`flex max-w-full flex-wrap gap-1.5 ${end ? 'justify-end' : ''}`}>
      {of.map((one) => (
        <li key={one.id} className="max-w-full">
          {isImage(one) ? <Thumbnail of={one} open={() => setLarge(one)} /> : <Saved of={one} />}
        </li>
      ))}
      <Suspense>{large && <LargeImage of={large} close={() => setLarge(null)} />}</Suspense>
    </ul>
  );
}

/** Its space is there before it is, so that nothing moves. */
function Thumbnail({ of: { name, url, width = 1, height = 1 }, open }: { of: Attachment; open: () => void }) {
  const wide = Math.max(24, Math.round(Math.min(width, WIDEST, (HIGHEST * width) / height)));
  return (
    <button type="button" aria-label={`Open ${name}`} title={name} onClick={open} className="block max-w-full overflow-hidden rounded-xl border border-line bg-sunken">
      <img src={url} alt={name} loading="lazy" className="block h-auto max-h-60 max-w-full object-cover" style={{ width: wide, aspectRatio: `${width} / ${height}` }} />
    </button>
  );
}

function Saved({ of: { name, url, size } }: { of: Attachment }) {
  return (
    <a href={url} download={name} className="flex max-w-full items-center gap-2 rounded-xl border border-line bg-panel px-3 py-2 text-ink hover:bg-sunken">
      <FileDown className="size-4 shrink-0 text-mute" aria-hidden />
      <bdi className="min-w-0 truncate font-medium">{name}</bdi>
      <span className="shrink-0 text-xs text-mute">{bytes(size)}</span>
    </a>
  );
}

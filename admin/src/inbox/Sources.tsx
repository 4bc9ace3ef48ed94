import type { Citation } from './api';
import { sourceLink } from './link';

/** What an answer cites, opened on demand. */
export function Sources({ citations }: { citations: readonly Citation[] }) {
  return (
    <details className="min-w-0 basis-full text-end">
      <summary className="-mx-1 inline cursor-pointer rounded px-1 font-medium hover:text-ink">{citations.length === 1 ? '1 source' : `${citations.length} sources`}</summary>
      <ol className="mt-1.5 space-y-1.5 text-start">
        {citations.map(({ n, title, excerpt, url, page }) => (
          <li key={n} className="rounded-lg border border-line bg-panel p-2.5">
            <p className="font-medium text-ink">
              [{n}]{' '}
              {sourceLink(url) ? (
                <a href={sourceLink(url)} target="_blank" rel="noopener noreferrer nofollow" className="underline underline-offset-2">
                  {title}
                </a>
              ) : (
                title
              )}
              {page !== null && <span className="font-normal text-mute"> · page {page}</span>}
            </p>
            <p className="mt-0.5 line-clamp-3">{excerpt}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Zap } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../api/client';
import { Markdown } from '../inbox/Markdown';
import { spacesQuery } from '../spaces/api';
import type { CannedReply } from './api';
import { useValues } from './values';
import { fill } from './variables';
import { actOf } from './words';

/** Somebody, to see how it reads. */
const SOMEBODY = { name: 'Robin', email: 'robin@example.com' };
const NOBODY = { name: null, email: null };

interface PreviewProps {
  text: string;
  space: string | null;
  act: Pick<CannedReply, 'act' | 'snooze_minutes'>;
}

/** What the visitor will read, whether their name is known or not. */
export function Preview({ text, space, act }: PreviewProps) {
  const [known, setKnown] = useState(true);
  const { data: spaces } = useQuery(spacesQuery(useApi()));
  const values = useValues({ ...(known ? SOMEBODY : NOBODY), space: space ?? spaces?.[0]?.id ?? '' });
  const then = actOf(act);
  return (
    <section aria-label="Preview" className="rounded-xl border border-line bg-ground p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-xs font-medium text-mute">As the visitor reads it</h3>
        <label className="flex items-center gap-2 text-xs text-mute">
          <input type="checkbox" checked={known} onChange={({ target }) => setKnown(target.checked)} className="size-4 accent-accent-fill" />
          Their name is known
        </label>
      </div>
      {text.trim() ? (
        <div className="mt-3 w-fit max-w-full rounded-2xl rounded-es-sm bg-accent-soft px-3.5 py-2.5">
          <Markdown text={fill(text, values)} />
        </div>
      ) : (
        <p className="mt-3 text-mute">It appears here as you write.</p>
      )}
      {then && (
        <p className="mt-3 flex items-center gap-1.5 text-xs text-mute">
          <Zap className="size-3.5 text-accent" aria-hidden /> Once sent, {then}
        </p>
      )}
    </section>
  );
}

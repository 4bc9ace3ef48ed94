import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Gauge, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useApi } from '../api/client';
import { useFrames } from '../live/live';
import { isAdded, levelOf, usageQuery, type Standing } from './api';
import { nameOf, thenOf, usedOf } from './words';

/** Above every page while a limit of the plan is near or reached, the one that is nearest to it; until it is put away. */
export function UsageBanner() {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data } = useQuery(usageQuery(api));
  const [away, setAway] = useState<string[]>([]);
  useFrames('usage', () => void queries.invalidateQueries({ queryKey: ['billing'] }));
  // Put away is one level in one period.
  const named = (standing: Standing) => `${standing.quota} ${levelOf(standing)} ${standing.resets_at}`;
  const told = (data?.limits ?? []).filter((standing) => !isAdded(standing.quota) && levelOf(standing) !== 'fine' && !away.includes(named(standing)));
  // What is reached comes first, also where little of it is used.
  const share = ({ used, limit, reached }: Standing) => (reached ? 1 : 0) + used / Math.max(limit ?? 0, 1);
  const first = told.sort((a, b) => share(b) - share(a))[0];
  const unpriced = data?.unpriced.join(', ') ?? '';
  if (!first) {
    return unpriced && !away.includes(unpriced) ? (
      <Notice full={false} dismiss={() => setAway([...away, unpriced])}>
        No price is known for {unpriced}, so what it costs is not counted.{' '}
        <Link to="/billing/ledger" className="font-medium underline underline-offset-2">
          See the calls
        </Link>
      </Notice>
    ) : null;
  }
  const full = levelOf(first) === 'full';
  return (
    <Notice full={full} dismiss={() => setAway([...away, named(first)])}>
      {nameOf(first.quota)}: {usedOf(first)}. {full && `${thenOf(first)} `}
      <Link to="/billing" className="font-medium underline underline-offset-2">
        {first.quota === 'cost_per_month' ? 'See the budget' : 'See the plan'}
      </Link>
    </Notice>
  );
}

function Notice({ full, dismiss, children }: { full: boolean; dismiss: () => void; children: ReactNode }) {
  return (
    <div role="status" className={`flex shrink-0 items-center gap-x-3 px-4 py-2 ${full ? 'bg-bad-soft text-bad' : 'bg-warn-soft text-warn'}`}>
      <Gauge className="hidden size-4 shrink-0 sm:block" aria-hidden />
      <p className="min-w-0 flex-1">{children}</p>
      <button type="button" aria-label="Put this notice away" onClick={dismiss} className="grid size-8 shrink-0 place-items-center rounded-md">
        <X className="size-4" aria-hidden />
      </button>
    </div>
  );
}

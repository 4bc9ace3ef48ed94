import { useQuery } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { cost, count } from '../overview/format';
import { costQuery } from './api';
import { KIND_NAMES } from './groups';

/** What a conversation cost, and what for. */
export function Cost({ conversation, seq }: { conversation: string; seq: number }) {
  const { data } = useQuery(costQuery(useApi(), conversation, seq));
  if (!data) return null;
  const { total, groups } = data;
  return (
    <section className="space-y-2 border-t border-line p-4 text-[13px]">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="text-xs text-mute">Cost</h3>
        <p className="font-medium tabular-nums">{cost(total.cost_nanos)}</p>
      </div>
      {groups.length > 0 && (
        <dl className="space-y-1 text-xs text-mute">
          {groups.map(({ model, kind, calls, cost_nanos, unpriced }) => (
            <div key={`${model} ${kind}`} className="flex justify-between gap-3">
              <dt className="min-w-0 wrap-anywhere">
                {kind && KIND_NAMES[kind]}
                {calls > 1 && ` × ${count(calls)}`}, {model}
              </dt>
              <dd className="shrink-0 tabular-nums">{unpriced > 0 && cost_nanos === 0 ? 'No price' : cost(cost_nanos)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

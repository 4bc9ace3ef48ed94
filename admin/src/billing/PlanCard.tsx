import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Tag } from '../ui/Tag';
import type { Plan } from './api';
import { given, price } from './words';

/** What a plan gives and costs. */
export function PlanCard({ plan, current, children }: { plan: Plan; current: boolean; children?: ReactNode }) {
  return (
    <li aria-current={current || undefined} className={`flex flex-col rounded-xl border p-5 ${current ? 'border-accent' : 'border-line'}`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-base font-semibold">{plan.name}</h3>
        {current && <Tag look="accent">Your plan</Tag>}
      </div>
      <p className="mt-1 text-mute text-pretty">{plan.about}</p>
      <p className="mt-4">
        <strong className="text-2xl font-semibold tracking-tight">{price(plan)}</strong> <span className="text-mute">a month</span>
      </p>
      <ul className="mt-4 space-y-1.5">
        {given(plan).map((line) => (
          <li key={line} className="flex items-start gap-2">
            <Check className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />
            {line}
          </li>
        ))}
      </ul>
      {children}
    </li>
  );
}

import { useQuery } from '@tanstack/react-query';
import { ArrowUp, Pencil, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useApi } from '../api/client';
import { categoriesQuery } from '../categories/api';
import { spacesQuery } from '../spaces/api';
import { teamsQuery } from '../team/api';
import { Tag } from '../ui/Tag';
import { KIND_WORDS, KINDS, PRIORITIES, PRIORITY_WORDS, type Policy } from './api';
import { dayOf, spanOf } from './span';

interface PolicyRowProps {
  policy: Policy;
  place: number;
  /** Whether one above it is for every ticket. */
  unreached: boolean;
  edit?: () => void;
  remove?: () => void;
  raise?: () => void;
}

const HOURS = { space: 'In the hours of the space', own: 'In hours of its own', calendar: 'Day and night' };

/** A policy: which tickets it is for, and what it promises them. */
export function PolicyRow({ policy, place, unreached, edit, remove, raise }: PolicyRowProps) {
  const { name, targets, hours } = policy;
  const promised = PRIORITIES.filter((priority) => KINDS.some((kind) => targets[priority][kind] !== null));
  return (
    <li className="rounded-2xl border border-line bg-panel p-4">
      <div className="flex items-start gap-3">
        <span className="grid size-6 shrink-0 place-items-center rounded-full bg-sunken text-xs font-medium text-mute tabular-nums" aria-hidden>
          {place}
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-2 font-semibold">
            <span className="min-w-0 break-words">{name}</span> {unreached && <Tag look="warn">Never reached</Tag>}
          </h2>
          <p className="mt-0.5 text-xs text-mute text-pretty">
            <For policy={policy} /> · {HOURS[hours]}
          </p>
        </div>
        <div className="flex shrink-0">
          <Act label={`Move ${name} up`} act={raise}>
            <ArrowUp className="size-4" aria-hidden />
          </Act>
          <Act label={`Change ${name}`} act={edit}>
            <Pencil className="size-4" aria-hidden />
          </Act>
          <Act label={`Delete ${name}`} act={remove}>
            <Trash2 className="size-4" aria-hidden />
          </Act>
        </div>
      </div>
      <table className="mt-3 w-full max-w-lg text-start tabular-nums">
        <caption className="sr-only">Targets of {name}</caption>
        <thead className="text-xs text-mute">
          <tr>
            <th scope="col" className="py-1 text-start font-medium">
              Priority
            </th>
            {KINDS.map((kind) => (
              <th key={kind} scope="col" className="py-1 text-start font-medium">
                {KIND_WORDS[kind]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {promised.map((priority) => (
            <tr key={priority} className="border-t border-line">
              <th scope="row" className="py-1.5 text-start font-normal">
                {PRIORITY_WORDS[priority]}
              </th>
              {KINDS.map((kind) => (
                <td key={kind} className="py-1.5">
                  {spanOf(targets[priority][kind], dayOf(hours)) || <span className="text-mute">–</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </li>
  );
}

function Act({ label, act, children }: { label: string; act: (() => void) | undefined; children: ReactNode }) {
  if (!act) return null;
  return (
    <button type="button" aria-label={label} onClick={act} className="grid size-9 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink">
      {children}
    </button>
  );
}

/** Which tickets are meant, in words. */
function For({ policy: { conditions } }: { policy: Policy }) {
  const api = useApi();
  const { data: spaces = [] } = useQuery({ ...spacesQuery(api), enabled: conditions.spaces.length > 0 });
  const { data: teams = [] } = useQuery({ ...teamsQuery(api), enabled: conditions.teams.length > 0 });
  const { data: categories = [] } = useQuery({ ...categoriesQuery(api), enabled: conditions.categories.length > 0 });
  const named = (ids: string[], all: { id: string; name: string }[]) => ids.map((id) => all.find((one) => one.id === id)?.name ?? 'one that is gone').join(' or ');
  const parts = [
    conditions.spaces.length > 0 && `in ${named(conditions.spaces, spaces)}`,
    conditions.teams.length > 0 && `of the team ${named(conditions.teams, teams)}`,
    conditions.categories.length > 0 && `of the category ${named(conditions.categories, categories)}`,
    conditions.plans.length > 0 && `of customers on ${conditions.plans.join(' or ')}`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? `Tickets ${parts.join(', ')}` : 'Every ticket';
}

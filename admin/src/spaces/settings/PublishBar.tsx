import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronDown, CircleAlert, CircleCheck, Info, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../api/client';
import { Button } from '../../ui/Button';
import { Refusal } from '../../ui/Notice';
import { Tag } from '../../ui/Tag';
import { keepSpace, useSpace, type Space } from '../api';
import { useDraft } from './Draft';
import { checksQuery, type Check } from './queries';

/** Where each is mended. */
const MENDED: Record<string, { to: '/spaces/$space/knowledge' | '/spaces/$space/settings' | '/spaces/$space/settings/answers' | '/spaces/$space/settings/site' | '/account'; label: string }> = {
  documents: { to: '/spaces/$space/knowledge', label: 'Add documents' },
  slug: { to: '/spaces/$space/settings/site', label: 'Change the address' },
  model: { to: '/spaces/$space/settings/answers', label: 'Choose models' },
  greeting: { to: '/spaces/$space/settings', label: 'Write a greeting' },
  allowed_origins: { to: '/spaces/$space/settings/site', label: 'Name your sites' },
  email: { to: '/account', label: 'Your account' },
};

/** Whether the space is open to visitors, what stands against that, and opening it. */
export function PublishBar() {
  const [api, queries, space, { edits }] = [useApi(), useQueryClient(), useSpace(), useDraft()];
  const [open, setOpen] = useState(false);
  const { data: checks, error, refetch } = useQuery(checksQuery(api, space));
  const publish = useMutation({
    mutationFn: () => api.post<Space>(`/api/chat-spaces/${space.id}/publish`),
    onSuccess: (published) => keepSpace(queries, published),
    onError: () => setOpen(true),
    onSettled: () => queries.invalidateQueries({ queryKey: ['checks', space.id] }),
  });
  const dirty = Object.keys(edits).length > 0;
  return (
    <section aria-label="Publishing" className="shrink-0 border-b border-line">
      <div className="flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 sm:px-8">
        {space.published ? <Tag look="good">Published</Tag> : <Tag look="warn">Not published</Tag>}
        {checks && (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="-mx-1 inline-flex h-8 items-center gap-1.5 rounded-lg px-2 text-mute hover:bg-sunken hover:text-ink"
          >
            {summary(checks.items)}
            <ChevronDown className={`size-4 transition-transform ${open ? 'rotate-180' : ''}`} aria-hidden />
          </button>
        )}
        {!checks && error && (
          <span role="alert" className="text-mute">
            The checks did not load.{' '}
            <button type="button" onClick={() => void refetch()} className="font-medium text-accent underline underline-offset-2">
              Try again
            </button>
          </span>
        )}
        {!space.published && (
          <div className="ms-auto flex items-center gap-3">
            {dirty && <span className="hidden text-xs text-mute sm:inline">Save your changes first</span>}
            <Button look="primary" disabled={dirty || !checks?.ready || publish.isPending} onClick={() => publish.mutate()}>
              Publish
            </Button>
          </div>
        )}
      </div>
      {publish.error && (
        <div className="px-3 pb-3 sm:px-8">
          <Refusal error={publish.error} />
        </div>
      )}
      {open && checks && (
        <ul className="space-y-2.5 px-3 pt-1 pb-4 sm:px-8">
          {checks.items.map((check) => (
            <Line key={check.code} check={check} slug={space.slug} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ check, slug }: { check: Check; slug: string }) {
  const [Icon, tone]: [LucideIcon, string] = check.passed ? [CircleCheck, 'text-good'] : check.blocks ? [CircleAlert, 'text-bad'] : [Info, 'text-warn'];
  const mended = check.passed ? undefined : MENDED[check.code];
  return (
    <li className="flex items-start gap-2.5">
      <Icon className={`mt-0.5 size-4 shrink-0 ${tone}`} aria-hidden />
      <div className="min-w-0">
        <span className={check.passed ? 'text-mute' : 'font-medium'}>{check.title}</span>
        <span className="sr-only">{check.passed ? ' (there)' : check.blocks ? ' (missing)' : ' (advice)'}</span>
        {check.advice && (
          <span className="text-mute">
            {' · '}
            {check.advice}
          </span>
        )}
        {mended && (
          <>
            {' '}
            <Link to={mended.to} params={{ space: slug }} className="font-medium whitespace-nowrap text-accent underline underline-offset-2">
              {mended.label}
            </Link>
          </>
        )}
      </div>
    </li>
  );
}

function summary(checks: Check[]): string {
  const failed = checks.filter(({ passed }) => !passed);
  const missing = failed.filter(({ blocks }) => blocks).length;
  const advice = failed.length - missing;
  if (failed.length === 0) return `All ${checks.length} checks passed`;
  const parts = [missing > 0 && `${missing} ${missing === 1 ? 'thing is' : 'things are'} missing`, advice > 0 && `${advice} to consider`];
  return parts.filter(Boolean).join(', ');
}

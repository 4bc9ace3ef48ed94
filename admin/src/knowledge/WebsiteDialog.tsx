import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../api/client';
import { asSentence, Problem } from '../api/problem';
import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Select } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { lookAgain, SCOPES, type Address, type Scope, type Source } from './api';
import { useDraft } from './draft';
import { schedule, SCOPE_WORDS } from './words';

/** As it is typed; numbers are checked when it is sent. */
interface Written {
  url: string;
  scope: Scope;
  max_pages: string;
  max_depth: string;
  below: string;
  every_hours: string;
}
const EMPTY: Written = { url: '', scope: 'page', max_pages: '', max_depth: '', below: '', every_hours: '' };
const EVERY = [1, 6, 24, 72, 168, 720];

/** An address that is to be read; or what is read of one that is known. */
export function WebsiteDialog({ source, close }: { source?: Source; close: () => void }) {
  const [api, queries, space, navigate] = [useApi(), useQueryClient(), useSpace(), useNavigate()];
  const [draft, write, drop] = useDraft(source ? `source ${source.id}` : `website ${space.id}`, source ? writtenOf(source) : EMPTY);
  const [custom] = useState(() => (source?.every_hours && !EVERY.includes(source.every_hours) ? [source.every_hours] : []));
  const read = useMutation({
    mutationFn: () => api.post<{ source: Source }>(`/api/chat-spaces/${space.id}/documents/url`, addressOf(draft)),
    onSuccess: async ({ source: { id } }) => {
      drop();
      lookAgain(queries);
      close();
      if (!source) await navigate({ to: '/spaces/$space/knowledge/websites/$source', params: { space: space.slug, source: id } });
    },
  });
  const fault = faultsOf(read.error);
  const field = (name: keyof Written) => ({
    value: draft[name],
    fault: fault[name],
    onChange: ({ target }: { target: { value: string } }) => write({ ...draft, [name]: target.value }),
  });
  const many = draft.scope !== 'page';
  const walks = draft.scope === 'host' || draft.scope === 'site';
  return (
    <Dialog wide title={source ? 'Change what is read' : 'Read a website'} lead={source ? source.url : 'Its pages become documents, one each. What robots.txt forbids is left out.'} close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          read.mutate();
        }}
      >
        {!source && (
          <>
            <Field label="Address" type="url" required maxLength={2048} placeholder="https://example.com/help/" {...field('url')} />
            <Select label="What to read" hint={SCOPE_WORDS[draft.scope].hint} {...field('scope')}>
              {SCOPES.map((scope) => (
                <option key={scope} value={scope}>
                  {SCOPE_WORDS[scope].label}
                </option>
              ))}
            </Select>
          </>
        )}
        {many && (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Pages at most" type="number" min={1} max={10_000} placeholder="500" {...field('max_pages')} />
            {walks && <Field label="Links from the start" type="number" min={0} max={20} placeholder="5" {...field('max_depth')} />}
          </div>
        )}
        {walks && <Field label="Only below this path" pattern="/.*" title="A path begins with /" maxLength={500} placeholder="/help/" {...field('below')} />}
        <Select label="Read again" hint="What has not changed is not sent again." {...field('every_hours')}>
          <option value="">{schedule(null)}</option>
          {[...custom, ...EVERY].map((hours) => (
            <option key={hours} value={hours}>
              {schedule(hours)}
            </option>
          ))}
        </Select>
        {Object.keys(fault).length === 0 && <Refusal error={read.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={read.isPending}>
            {source ? 'Save and read again' : many ? 'Read the pages' : 'Read the page'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function writtenOf({ url, scope, max_pages, max_depth, below, every_hours }: Source): Written {
  return { url, scope, max_pages: `${max_pages}`, max_depth: `${max_depth}`, below: below ?? '', every_hours: `${every_hours ?? ''}` };
}

function addressOf({ url, scope, max_pages, max_depth, below, every_hours }: Written): Address {
  const many = scope !== 'page';
  const walks = scope === 'host' || scope === 'site';
  return {
    url,
    scope,
    ...(many && max_pages && { max_pages: Number(max_pages) }),
    ...(walks && max_depth && { max_depth: Number(max_depth) }),
    ...(walks && below && { below }),
    ...(every_hours && { every_hours: Number(every_hours) }),
  };
}

/** The server begins what it says of a field with its name. */
function faultsOf(error: unknown): Partial<Record<string, string>> {
  const named = error instanceof Problem && /^(url|max_pages|max_depth|below|every_hours): (.+)$/.exec(error.detail);
  return named && named[1] && named[2] ? { [named[1]]: asSentence(named[2]) } : {};
}

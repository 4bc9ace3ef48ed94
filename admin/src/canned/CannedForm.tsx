import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useApi } from '../api/client';
import { spacesQuery } from '../spaces/api';
import { slugOf } from '../spaces/slug';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Select, TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { cannedQuery, type CannedReply } from './api';
import { Preview } from './Preview';
import { unknownVariable, VARIABLES, type Variable } from './variables';
import { SNOOZES, span } from './words';

const SHORTCUT_MAX = 40;
const TEXT_MAX = 4_000;

type Words = Pick<CannedReply, 'shortcut' | 'title' | 'text' | 'act' | 'snooze_minutes' | 'space'>;
const NEW: Words = { shortcut: '', title: '', text: '', act: null, snooze_minutes: null, space: null };

const shortcutOf = (text: string) => slugOf(text).slice(0, SHORTCUT_MAX).replace(/-+$/, '');

/** Makes a reply, or changes one, and shows what the visitor will read. */
export function CannedForm({ reply, close }: { reply: CannedReply | null; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const { data: replies = [] } = useQuery(cannedQuery(api));
  const { data: spaces = [] } = useQuery(spacesQuery(api));
  const [words, setWords] = useState<Words>(() => (reply ? worded(reply) : NEW));
  // The shortcut is made of the title until somebody writes another one.
  const [own, setOwn] = useState(reply !== null);
  const area = useRef<HTMLDivElement>(null);
  const put = useMutation({
    mutationFn: () => (reply ? api.put(`/api/canned-replies/${reply.id}`, words) : api.post('/api/canned-replies', words)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['canned-replies'] });
      close();
    },
  });
  const change = (some: Partial<Words>) => setWords({ ...words, ...some });
  const name = (variable: Variable) => {
    const field = area.current?.querySelector('textarea');
    if (!field) return;
    field.setRangeText(`{{${variable}}}`, field.selectionStart, field.selectionEnd, 'end');
    change({ text: field.value });
    field.focus();
  };
  const taken = replies.some(({ id, shortcut }) => shortcut === words.shortcut && id !== reply?.id);
  const unknown = unknownVariable(words.text);
  return (
    <Dialog wide title={reply ? `Change ${reply.title}` : 'New canned reply'} close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate();
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Title"
            required
            maxLength={100}
            value={words.title}
            placeholder="Refund is on its way"
            onChange={({ target }) => change({ title: target.value, ...(!own && { shortcut: shortcutOf(target.value) }) })}
          />
          <Field
            label="Shortcut"
            required
            maxLength={SHORTCUT_MAX}
            value={words.shortcut}
            className="font-mono"
            hint={`Typed as /${words.shortcut || 'refund'}`}
            fault={taken ? 'Another reply has this shortcut.' : undefined}
            onChange={({ target }) => {
              setOwn(target.value !== '');
              change({ shortcut: target.value.toLowerCase().replace(/[^a-z0-9]+/g, '-') });
            }}
            onBlur={() => change({ shortcut: shortcutOf(words.shortcut) })}
          />
        </div>
        <div ref={area}>
          <TextArea
            label="Text"
            required
            rows={5}
            maxLength={TEXT_MAX}
            value={words.text}
            placeholder="Hello {{visitor.name|there}}, your refund is on its way."
            fault={unknown === undefined ? undefined : `There is no variable “${unknown}”.`}
            hint="Markdown. What follows a | stands where the value is not known."
            onChange={({ target }) => change({ text: target.value })}
          />
          <div role="group" aria-label="Insert a variable" className="mt-2 flex flex-wrap gap-1.5">
            {Object.entries(VARIABLES).map(([variable, label]) => (
              <button
                key={variable}
                type="button"
                onClick={() => name(variable as Variable)}
                className="h-7 rounded-full border border-line px-2.5 text-xs font-medium text-mute hover:border-strong hover:text-ink"
              >
                {label}
              </button>
            ))}
          </div>
        </div>
        <Preview text={words.text} space={words.space} act={words} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Select
            label="Once it is sent"
            value={words.act ?? ''}
            onChange={({ target }) => change(acting(target.value as CannedReply['act'] | ''))}
          >
            <option value="">Do nothing more</option>
            <option value="resolve">Resolve the conversation</option>
            <option value="snooze">Put it off</option>
          </Select>
          {words.act === 'snooze' && (
            <Select label="For" value={words.snooze_minutes ?? ''} onChange={({ target }) => change({ snooze_minutes: Number(target.value) })}>
              {lengths(words.snooze_minutes).map((minutes) => (
                <option key={minutes} value={minutes}>
                  {span(minutes)}
                </option>
              ))}
            </Select>
          )}
          {(spaces.length > 1 || words.space) && (
            <Select label="Offered in" value={words.space ?? ''} onChange={({ target }) => change({ space: target.value || null })}>
              <option value="">All spaces</option>
              {spaces.map(({ id, name: label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </div>
        <Refusal error={put.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={put.isPending || taken || unknown !== undefined}>
            {reply ? 'Save the reply' : 'Add the reply'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const worded = ({ shortcut, title, text, act, snooze_minutes, space }: CannedReply): Words => ({ shortcut, title, text, act, snooze_minutes, space });

const acting = (act: CannedReply['act'] | '') => ({ act: act || null, snooze_minutes: act === 'snooze' ? (SNOOZES[2] ?? null) : null });

/** Those that are offered, and the one it has. */
const lengths = (minutes: number | null) => (minutes && !SNOOZES.includes(minutes) ? [...SNOOZES, minutes].sort((a, b) => a - b) : SNOOZES);

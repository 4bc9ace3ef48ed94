import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Eye, EyeOff, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useApi } from '../api/client';
import { may as canDo } from '../app/permission';
import { useSessionState } from '../auth/session';
import { categoriesQuery } from '../categories/api';
import { Deadlines } from '../deadlines/Deadlines';
import { RatingGiven } from '../inbox/Rating';
import { mediumTime } from '../inbox/time';
import { spacesQuery } from '../spaces/api';
import { membersQuery, teamsQuery } from '../team/api';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Select } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { Tag } from '../ui/Tag';
import { PRIORITIES, STATUSES, type Priority, type TicketDetail, type TicketStatus } from './api';
import { useChange, useRelate } from './useTicket';
import { priorityLabel, statusLabel } from './words';

/** What a ticket is, beside what happened to it. What is changed is kept at once. */
export function Properties({ ticket, may }: { ticket: TicketDetail; may: boolean }) {
  const api = useApi();
  const { data: members = [] } = useQuery(membersQuery(api));
  const { data: teams = [] } = useQuery(teamsQuery(api));
  const { data: spaces = [] } = useQuery(spacesQuery(api));
  const { data: categories = [] } = useQuery(categoriesQuery(api));
  const { mutate, isPending, error } = useChange(ticket);
  const answering = members.filter(({ role }) => canDo(role, 'tickets:write'));
  const { assignee } = ticket;
  const off = !may || isPending;
  return (
    <aside aria-label="Properties" className="space-y-5">
      <div className="space-y-4">
        <Select label="Status" disabled={off} value={ticket.status} onChange={({ target }) => mutate({ status: target.value as TicketStatus })}>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {statusLabel(status)}
            </option>
          ))}
        </Select>
        <Select label="Priority" disabled={off} value={ticket.priority} onChange={({ target }) => mutate({ priority: target.value as Priority })}>
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {priorityLabel(priority)}
            </option>
          ))}
        </Select>
        {categories.length > 0 && (
          <Select
            label="Category"
            disabled={off}
            value={ticket.category ?? ''}
            hint={ticket.category_by === 'classifier' ? 'Found by its words. What you choose is learned.' : undefined}
            onChange={({ target }) => mutate({ category: target.value || null })}
          >
            <option value="">None</option>
            {categories.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
        <Select label="Assignee" disabled={off} value={assignee?.id ?? ''} onChange={({ target }) => mutate({ assignee: target.value || null })}>
          <option value="">Nobody</option>
          {assignee && !answering.some(({ id }) => id === assignee.id) && <option value={assignee.id}>{assignee.name}</option>}
          {answering.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        {teams.length > 0 && (
          <Select label="Team" disabled={off} value={ticket.team ?? ''} onChange={({ target }) => mutate({ team: target.value || null })}>
            <option value="">No team</option>
            {teams.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
        <Refusal error={error} />
      </div>
      <Deadlines deadlines={ticket.deadlines} />
      <Tags ticket={ticket} may={may} change={(tags) => mutate({ tags })} />
      <dl className="space-y-3 border-t border-line pt-4 text-[13px]">
        <Fact name="Requester">
          {ticket.contact ? (
            <Link to="/contacts/$contact" params={{ contact: ticket.contact }} className="text-accent underline underline-offset-2">
              {ticket.requester_name ?? ticket.requester_email ?? 'The contact'}
            </Link>
          ) : (
            (ticket.requester_name ?? 'Nobody named')
          )}
          {ticket.requester_email && <span className="block text-mute">{ticket.requester_email}</span>}
        </Fact>
        <Fact name="Space">{spaces.find(({ id }) => id === ticket.space)?.name ?? '—'}</Fact>
        <Fact name="Created">{mediumTime(new Date(ticket.created_at))}</Fact>
        {ticket.first_responded_at && <Fact name="First answer">{mediumTime(new Date(ticket.first_responded_at))}</Fact>}
        {ticket.resolved_at && <Fact name="Resolved">{mediumTime(new Date(ticket.resolved_at))}</Fact>}
      </dl>
      {ticket.rating && (
        <section className="space-y-2 border-t border-line pt-4">
          <h2 className="font-medium">Rating</h2>
          <RatingGiven rating={ticket.rating} />
        </section>
      )}
      <Watchers ticket={ticket} may={may} />
      <Links ticket={ticket} may={may} />
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-mute">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

const cross = 'grid size-6 place-items-center rounded-full text-mute hover:bg-sunken hover:text-ink';

function Tags({ ticket, may, change }: { ticket: TicketDetail; may: boolean; change: (tags: string[]) => void }) {
  const [typed, setTyped] = useState('');
  return (
    <section className="space-y-2">
      <h2 className="font-medium">Tags</h2>
      {ticket.tags.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {ticket.tags.map((tag) => (
            <li key={tag} className="flex items-center">
              <Tag>{tag}</Tag>
              {may && (
                <button type="button" aria-label={`Remove the tag ${tag}`} onClick={() => change(ticket.tags.filter((one) => one !== tag))} className={cross}>
                  <X className="size-3" aria-hidden />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {may && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (typed.trim()) change([...ticket.tags, typed.trim()]);
            setTyped('');
          }}
        >
          <Field label="Add a tag" maxLength={40} value={typed} onChange={({ target }) => setTyped(target.value)} />
        </form>
      )}
    </section>
  );
}

function Watchers({ ticket, may }: { ticket: TicketDetail; may: boolean }) {
  const state = useSessionState();
  const me = state.phase === 'in' ? state.user.id : '';
  const { mutate, isPending, error } = useRelate(ticket.number);
  const watches = ticket.watchers.some(({ id }) => id === me);
  return (
    <section className="space-y-2 border-t border-line pt-4">
      <h2 className="font-medium">Watchers</h2>
      <p className="text-mute">{ticket.watchers.map(({ name }) => name).join(', ') || 'Nobody'}</p>
      {may && (
        <Button disabled={isPending} onClick={() => mutate({ does: watches ? 'unwatch' : 'watch', user: me })}>
          {watches ? <EyeOff className="size-4 text-mute" aria-hidden /> : <Eye className="size-4 text-mute" aria-hidden />}
          {watches ? 'Stop watching' : 'Watch'}
        </Button>
      )}
      <Refusal error={error} />
    </section>
  );
}

function Links({ ticket, may }: { ticket: TicketDetail; may: boolean }) {
  const [typed, setTyped] = useState('');
  const { mutate, error } = useRelate(ticket.number);
  const other = Number(typed.replace('#', '').trim());
  return (
    <section className="space-y-2 border-t border-line pt-4">
      <h2 className="font-medium">Linked</h2>
      <ul className="space-y-1">
        {ticket.links.map((link) => (
          <li key={link.id} className="flex items-center gap-1">
            <span className="min-w-0 flex-1 truncate">
              {link.kind === 'follow_up' && <span className="text-mute">{link.outward ? 'Follow-up of ' : 'Followed by '}</span>}
              {link.ticket !== null ? (
                <Link to="/tickets/$ticket" params={{ ticket: `${link.ticket}` }} className="text-accent underline underline-offset-2">
                  #{link.ticket} {link.subject}
                </Link>
              ) : (
                link.conversation && (
                  <Link to="/inbox/$conversation" params={{ conversation: link.conversation }} className="text-accent underline underline-offset-2">
                    A conversation
                  </Link>
                )
              )}
            </span>
            {may && (
              <button type="button" aria-label={`Remove the link to ${link.ticket !== null ? `#${link.ticket}` : 'the conversation'}`} onClick={() => mutate({ does: 'unlink', link: link.id })} className={cross}>
                <X className="size-3" aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
      {may && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (Number.isInteger(other) && other > 0) mutate({ does: 'link', ticket: other }, { onSuccess: () => setTyped('') });
          }}
        >
          <Field label="Link a ticket by its number" inputMode="numeric" maxLength={12} value={typed} onChange={({ target }) => setTyped(target.value)} />
        </form>
      )}
      <Refusal error={error} />
    </section>
  );
}

import { Link } from '@tanstack/react-router';
import { BadgeCheck } from 'lucide-react';
import { useNow } from '../inbox/now';
import { ago, exactTime } from '../inbox/time';
import { Avatar } from '../ui/Avatar';
import { Tag } from '../ui/Tag';
import { contactName, type Listed } from './api';

/** Contacts, a line each. */
export function ContactTable({ contacts }: { contacts: readonly Listed[] }) {
  const now = useNow();
  return (
    <table className="w-full table-fixed overflow-hidden rounded-xl border border-separate border-spacing-0 border-line">
      <thead className="text-start text-xs text-mute max-sm:sr-only">
        <tr>
          <th scope="col" className="px-4 py-2 text-start font-medium">
            Name
          </th>
          <th scope="col" className="hidden w-2/5 px-4 py-2 text-start font-medium sm:table-cell">
            E-mail
          </th>
          <th scope="col" className="hidden w-36 px-4 py-2 text-start font-medium sm:table-cell">
            Last seen
          </th>
          <th scope="col" className="hidden w-32 px-4 py-2 text-end font-medium md:table-cell">
            Conversations
          </th>
        </tr>
      </thead>
      <tbody>
        {contacts.map((contact) => (
          <Row key={contact.id} contact={contact} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ contact, now }: { contact: Listed; now: Date }) {
  const seen = new Date(contact.last_seen_at);
  const cell = 'border-t border-line px-4 py-2.5';
  return (
    <tr className="relative hover:bg-sunken">
      <td className={cell}>
        <div className="flex min-w-0 items-center gap-2.5">
          <Avatar name={contactName(contact)} className="size-7" />
          <Link to="/contacts/$contact" params={{ contact: contact.id }} className="min-w-0 truncate font-medium after:absolute after:inset-0">
            {contactName(contact)}
          </Link>
          {contact.verified_at && <BadgeCheck className="size-4 shrink-0 text-accent" aria-label="Verified" />}
          {contact.blocked_at && <Tag look="bad">Blocked</Tag>}
        </div>
        <p className="truncate ps-9.5 text-xs text-mute sm:hidden">
          {contact.name && contact.email && `${contact.email} · `}
          {ago(seen, now)}
        </p>
      </td>
      <td className={`${cell} hidden truncate text-mute sm:table-cell`}>{contact.email}</td>
      <td className={`${cell} hidden truncate text-mute sm:table-cell`}>
        <time dateTime={contact.last_seen_at} title={exactTime(seen)}>
          {ago(seen, now)}
        </time>
      </td>
      <td className={`${cell} hidden text-end text-mute tabular-nums md:table-cell`}>{contact.conversations}</td>
    </tr>
  );
}

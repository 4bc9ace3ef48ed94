import { Link } from '@tanstack/react-router';
import { ArrowLeft, FileX, Globe } from 'lucide-react';
import type { ReactNode } from 'react';
import { asSentence } from '../api/problem';
import { Empty } from '../ui/Empty';
import { Facts } from './Facts';

const LISTS = {
  documents: { to: '/spaces/$space/knowledge', label: 'Documents', all: 'All documents', icon: FileX, absent: 'No such document here', gone: 'It may have been deleted.' },
  websites: { to: '/spaces/$space/knowledge/websites', label: 'Websites', all: 'All websites', icon: Globe, absent: 'No such website here', gone: 'It may have been removed.' },
} as const;

interface Listed {
  list: keyof typeof LISTS;
  /** Of the space. */
  slug: string;
}

interface DetailProps extends Listed {
  title: ReactNode;
  lead: ReactNode;
  actions: ReactNode;
  /** Why it could not be read. */
  error: string | null;
  /** What else is to be known of how it was read. */
  note?: ReactNode;
  facts: ReactNode;
  /** What is in it. */
  children: ReactNode;
}

/** A page of one thing of the knowledge: what is known of it, what can be done with it, and what is in it. */
export function Detail({ list, slug, title, lead, actions, error, note, facts, children }: DetailProps) {
  const { to, label } = LISTS[list];
  return (
    <article className="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6">
      <Link to={to} params={{ space: slug }} className="-ms-1 inline-flex items-center gap-1.5 rounded px-1 py-0.5 text-xs font-medium text-mute hover:text-ink">
        <ArrowLeft className="size-3.5" aria-hidden /> {label}
      </Link>
      <header className="mt-2 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <h2 className="text-xl font-semibold tracking-tight text-pretty wrap-anywhere">{title}</h2>
          {lead}
        </div>
        {actions}
      </header>
      {error && (
        <div role="alert" className="mt-4 rounded-lg bg-bad-soft px-3.5 py-3 text-bad">
          <p className="font-medium">It could not be read.</p>
          <p>{asSentence(error)}</p>
        </div>
      )}
      {!error && note && <p className="mt-4 rounded-lg bg-warn-soft px-3.5 py-3 text-warn">{note}</p>}
      <div className="mt-5 grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_15rem]">
        <div className="lg:order-2">
          <Facts>{facts}</Facts>
        </div>
        {children}
      </div>
    </article>
  );
}

export function Absent({ list, slug }: Listed) {
  const { to, all, icon, absent, gone } = LISTS[list];
  return (
    <Empty icon={icon} title={absent}>
      <p>{gone}</p>
      <Link to={to} params={{ space: slug }} className="font-medium text-accent underline underline-offset-2">
        {all}
      </Link>
    </Empty>
  );
}

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';

export const STATUSES = ['bot', 'waiting', 'human', 'snoozed', 'resolved'] as const;
export type Status = (typeof STATUSES)[number];

/** A person of the team, or a program by its key. */
export interface Agent {
  id: string;
  name: string;
}

export type AuthorKind = 'visitor' | 'assistant' | 'agent' | 'system';
export interface Author {
  kind: AuthorKind;
  id?: string | null;
  name?: string | null;
}

/** Words that decided how something was read: `positive`, `negative`, `angry`, or what cannot wait. */
export interface MoodWord {
  text: string;
  kind: string;
}

/** What cannot wait. */
export type Urgent = 'safety' | 'legal' | 'blocked' | 'money' | 'deadline' | 'cancel';

/** How the visitor is. */
export interface Mood {
  /** −1, bad, to 1, good. */
  valence: number;
  /** 0 to 1. */
  anger: number;
  angry: boolean;
  urgency: Urgent | null;
  trend: 'better' | 'steady' | 'worse';
  /** The valence after each of the last messages, oldest first. */
  recent: number[];
  words: MoodWord[];
}

/** What makes a conversation urgent. */
export type UrgencyReason =
  | { kind: 'urgent'; urgency: Urgent }
  | { kind: 'angry' }
  | { kind: 'deadline'; at: string }
  | { kind: 'plan'; plan: string }
  | { kind: 'waiting'; since: string };

export interface Conversation {
  id: string;
  space: string;
  visitor: string;
  /** The visitor's, as the host site vouches or else as the page said. */
  name: string | null;
  email: string | null;
  verified: boolean;
  /** Who it is, where a contact is kept. */
  contact: string | null;
  /** Whether they may not chat. */
  blocked: boolean;
  status: Status;
  assignee: Agent | null;
  /** Why a person is asked for, while the visitor waits for one; `assigned` where it was assigned to who has it. */
  reason: string | null;
  /** Since when the visitor waits for a person to write. */
  waiting_since: string | null;
  /** How the visitor is, where they have written. */
  mood: Mood | null;
  /** By when a person is to write, and why then, the gravest first; null where none is. */
  urgency: { answer_by: string; reasons: UrgencyReason[] } | null;
  snoozed_until: string | null;
  seq: number;
  last: { by: AuthorKind; name: string | null; text: string; at: string } | null;
  /** The number of its ticket, where it has one that is not closed. */
  ticket: number | null;
  locale: string | null;
  page: string | null;
  created_at: string;
  updated_at: string;
}

/** Part of an answer's text (in UTF-16 code units) and how far its sources support it, 0 to 1. */
export interface Claim {
  start: number;
  end: number;
  sources: number[];
  support: number;
}

export interface Citation {
  n: number;
  document: string;
  title: string;
  excerpt: string;
  url: string | null;
  page: number | null;
}

/** A file sent with a message or a note. */
export interface Attachment {
  id: string;
  name: string;
  /** The media type. */
  type: string;
  /** Bytes. */
  size: number;
  /** Pixels, of an image. */
  width?: number;
  height?: number;
  /** Where it is read, for some hours; what is read anew has a new one. */
  url: string;
}

export interface Message {
  type: 'message';
  id: string;
  seq: number;
  author: Author;
  text: string;
  client_id?: string;
  in_reply_to?: string;
  state: 'complete' | 'interrupted' | 'failed';
  citations: Citation[];
  /** How far the sources support the whole answer, 0 to 1; null where that was not asked. */
  grounding: number | null;
  claims: Claim[];
  model?: string;
  /** Said before to somebody who asked the same: it cost nothing. */
  cached?: boolean;
  /** How it came, where not by the chat. */
  via?: 'email';
  /** The address it was mailed from, where that is none that was written to. */
  sender?: string;
  attachments?: Attachment[];
  at: string;
}

export interface StatusChange {
  type: 'status';
  seq: number;
  status: Status;
  by: Author;
  reason: string;
  assignee?: Author;
  until?: string;
  at: string;
}

/** What agents write for each other, behind the event `after`. */
export interface Note {
  type: 'note';
  id: string;
  author: Author;
  client_id: string;
  text: string;
  after: number;
  at: string;
  attachments?: Attachment[];
}

/** That messages were mailed to the visitor. */
export interface Mailed {
  type: 'mailed';
  messages: string[];
  at: string;
}

/** How a message of the visitor was read. */
export interface MessageMood {
  type: 'mood';
  message: string;
  angry: boolean;
  urgency: Urgent | null;
  words: MoodWord[];
}

export type Logged = Message | StatusChange;

/** Who a conversation is with. */
export interface Visitor {
  id: string;
  verified: boolean;
  contact: { id: string; external_id: string | null; name: string | null; email: string | null; attributes: Record<string, unknown>; edited_attributes: Record<string, unknown>; verified_at: string | null } | null;
  said: Record<string, unknown>;
  attributes: Record<string, unknown>;
  /** They want no mail of conversations. */
  mail_stopped: boolean;
  locale: string | null;
  created_at: string;
  last_seen_at: string;
}

export const LIST_PAGE = 50;
const EVENT_PAGE = 50;

/** The parts of the inbox: what the agents look through. */
export const VIEWS = {
  open: { label: 'Open', statuses: ['bot', 'waiting', 'human'] },
  waiting: { label: 'Waiting', statuses: ['waiting'] },
  mine: { label: 'Mine', statuses: ['human'], assignee: 'me' },
  bot: { label: 'With the assistant', statuses: ['bot'] },
  human: { label: 'With an agent', statuses: ['human'] },
  snoozed: { label: 'Snoozed', statuses: ['snoozed'] },
  resolved: { label: 'Resolved', statuses: ['resolved'] },
  all: { label: 'All', statuses: [] },
} as const satisfies Record<string, { label: string; statuses: readonly Status[]; assignee?: 'me' }>;
export type View = keyof typeof VIEWS;

/** What of the inbox is shown. */
export interface Shown {
  view: View;
  /** An id. */
  space?: string | undefined;
  /** An id, or `nobody`. */
  agent?: string | undefined;
  /** Such as `de`. */
  language?: string | undefined;
}

export const isSettled = (view: View) => view === 'resolved' || view === 'all';

export const inboxKey = (shown: Shown) => ['inbox', shown] as const;

/** What is most urgent first; where nothing is, what changed last. */
export const inboxQuery = (api: Api, shown: Shown) =>
  infiniteQueryOptions({
    queryKey: inboxKey(shown),
    queryFn: ({ pageParam, signal }) => {
      const view: { statuses: readonly Status[]; assignee?: string } = VIEWS[shown.view];
      const query = new URLSearchParams({ limit: `${LIST_PAGE}`, sort: isSettled(shown.view) ? 'recent' : 'urgency' });
      if (view.statuses.length > 0) query.set('status', view.statuses.join(','));
      const assignee = view.assignee ?? shown.agent;
      if (assignee) query.set('assignee', assignee);
      if (shown.language) query.set('language', shown.language);
      if (shown.space) query.set('space', shown.space);
      if (pageParam) query.set('cursor', pageParam);
      return api.get<Page<Conversation>>(`/api/conversations?${query}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // The socket tells what changes; after it was down, everything is asked for again.
    staleTime: Infinity,
    // What did not change is the same object already; to compare all that moved by a line takes longer than the rest.
    structuralSharing: false,
  });

/** A conversation, and the newest message in it that has what is searched for. */
export interface Found {
  conversation: Conversation;
  message: { id: string; seq: number; by: AuthorKind; name: string | null; text: string; at: string };
}

/** Characters that can be searched for. */
export const SEARCH_CHARS = 200;

/** In the space with this id, or in all. The newest message comes first. */
export const searchQuery = (api: Api, q: string, space: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['inbox search', q, space ?? ''],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ q });
      if (space) query.set('space', space);
      if (pageParam) query.set('cursor', pageParam);
      return api.get<Page<Found>>(`/api/conversations/search?${query}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    staleTime: 10_000,
  });

/** Whether another agent has it: only they answer. */
export const isHeld = ({ status, assignee }: Conversation, me: string) => status === 'human' && assignee !== null && assignee.id !== me;

export const conversationQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: ({ signal }) => api.get<Conversation>(`/api/conversations/${id}`, signal),
    staleTime: Infinity,
  });

export const visitorQuery = (api: Api, id: string) =>
  queryOptions({
    queryKey: ['visitor', id],
    queryFn: ({ signal }) => api.get<Visitor>(`/api/visitors/${id}`, signal),
    staleTime: 60_000,
  });

/** A page of the log, in order, and where those before begin. */
export const readEvents = (api: Api, id: string, cursor?: string, signal?: AbortSignal) =>
  api.get<Page<Logged>>(`/api/conversations/${id}/events?limit=${EVENT_PAGE}${cursor ? `&cursor=${cursor}` : ''}`, signal);

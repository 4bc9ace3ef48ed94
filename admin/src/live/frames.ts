import type { Agent, Author, Claim, Conversation, Logged, Mailed, Message, MessageMood, Note, StatusChange } from '../inbox/api';
import type { Draft, DraftKind } from '../inbox/drafting';
import type { Rated } from '../inbox/Rating';
import type { Ticket } from '../tickets/api';
import type { Job } from './jobs';

interface InConversation {
  conversation: string;
}

/** What the server tells on the console's socket, by `type`. Others are passed over. */
export interface ServerFrames {
  /** Before everything else of a connection: what is to be known of how things are is told, or asked for, from here on. */
  ready: { user: string; role: string };
  'job.upsert': { job: Job };
  'job.remove': { job: string };
  'job.all': { more: boolean };
  'inbox.upsert': { conversation: Conversation };
  'ticket.upsert': { ticket: Ticket };
  presence: { agents: (Agent & { away: boolean })[] };
  usage: object;
  viewers: { conversation: string; agents: Agent[] };
  watching: InConversation & { seq: number; drafts?: DraftKind[] };
  message: InConversation & Omit<Message, 'type'>;
  status: InConversation & Omit<StatusChange, 'type'>;
  note: InConversation & Omit<Note, 'type'>;
  mailed: InConversation & Omit<Mailed, 'type'>;
  rated: InConversation & Omit<Rated, 'type'>;
  mood: InConversation & Omit<MessageMood, 'type'>;
  'answer.start': InConversation & { message: string; in_reply_to: string };
  'answer.snapshot': InConversation & { message: string; in_reply_to: string; n: number; text: string };
  'answer.delta': InConversation & { message: string; n: number; text: string };
  'answer.claim': InConversation & { message: string; claim: Claim };
  'draft.delta': InConversation & { id: string; n: number; text: string };
  'draft.end': InConversation & Draft;
  typing: InConversation & { author: Author; on: boolean };
  read: InConversation & { by: string; seq: number };
  ack: InConversation & { client_id: string; message?: string; seq?: number };
  error: { code: string; detail: string; conversation?: string; client_id?: string; retry_after?: number; events?: Logged[] };
}
export type FrameType = keyof ServerFrames;
export type Frame<T extends FrameType = FrameType> = { [K in T]: { type: K } & ServerFrames[K] }[T];

/** What a client says, but for `hello`, which the socket says itself. */
export type ClientFrame =
  | { type: 'ping' }
  | { type: 'away'; on: boolean }
  | ({ type: 'watch'; after: number } & InConversation)
  | ({ type: 'unwatch' | 'take' | 'release' | 'resolve' | 'reopen' } & InConversation)
  | ({ type: 'transfer'; to: string } & InConversation)
  | ({ type: 'snooze'; until: string } & InConversation)
  | ({ type: 'say'; client_id: string; text: string; after: number; draft?: string; attachments?: string[] } & InConversation)
  | ({ type: 'note'; client_id: string; text: string; draft?: string; attachments?: string[] } & InConversation)
  | ({ type: 'draft'; id: string; kind: DraftKind; text?: string } & InConversation)
  | ({ type: 'draft.stop' } & InConversation)
  | ({ type: 'draft.discard'; id: string } & InConversation)
  | ({ type: 'typing'; on: boolean } & InConversation)
  | ({ type: 'read'; seq: number } & InConversation);

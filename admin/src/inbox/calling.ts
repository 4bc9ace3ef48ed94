import type { Conversation } from './api';

/** What an agent is called for. */
export interface Call {
  /** The same in every tab. */
  key: string;
  conversation: string;
  title: string;
  text: string;
}

const TEXT_MAX = 140;
/** What the server says of a conversation comes so soon after what it is about. */
const JUST_NOW_MS = 5_000;

const wroteAt = ({ last }: Conversation) => (last?.by === 'visitor' ? last.at : null);
const isMine = ({ status, assignee }: Conversation, me: string) => status === 'human' && assignee?.id === me;
const isFresh = (moment: string, { updated_at }: Conversation) => Date.parse(updated_at) - Date.parse(moment) < JUST_NOW_MS;

/**
 * Whether a conversation that has changed calls this agent: somebody begins to wait, it is assigned to this
 * agent, or the visitor writes where this agent answers. What one gives back oneself calls nobody.
 *
 * @param before how it was; nothing where that is not known
 * @param who what the visitor is called
 */
export function callFor(before: Conversation | undefined, now: Conversation, me: string, who: string): Call | null {
  const words = (now.last?.text ?? '').replace(/\s+/g, ' ').trim();
  const text = words.length > TEXT_MAX ? `${words.slice(0, TEXT_MAX - 1)}…` : words;
  const call = (title: string, at: string): Call => ({ key: `${now.id} ${at}`, conversation: now.id, title, text });
  if (now.status === 'waiting') {
    const since = now.waiting_since ?? now.updated_at;
    const begins = before ? before.status !== 'waiting' && !isMine(before, me) : isFresh(since, now);
    return begins ? call(`${who} waits for a person`, since) : null;
  }
  if (!isMine(now, me)) return null;
  // Where it is not known how it was: what was said just now is what changed.
  const wasMine = before ? isMine(before, me) : now.last && isFresh(now.last.at, now);
  if (now.reason === 'assigned' && !wasMine) return call(`${who} was assigned to you`, now.updated_at);
  const wrote = wroteAt(now);
  if (!wrote) return null;
  // Taking over what somebody has written is no news to who does it.
  const isNew = before ? isMine(before, me) && wrote !== wroteAt(before) : isFresh(wrote, now);
  return isNew ? call(`${who} wrote`, wrote) : null;
}

/**
 * The shapes on the wire and in memory. Types only: nothing here survives the build.
 *
 * @typedef {{ kind: 'visitor'|'assistant'|'agent'|'system', id?: string, name?: string, avatar?: string|null }} Author
 * @typedef {{ n: number, document: string, title: string, excerpt: string, url: string|null, page: number|null }} Citation
 * @typedef {{ start: number, end: number, sources: number[], support: number }} Claim  offsets are UTF-16 units of the raw text
 *
 * @typedef {{ id: string, name: string, type: string, size: number, width?: number, height?: number, url: string }} Attachment
 *
 * @typedef {object} Message
 * @property {'message'} type
 * @property {number} seq
 * @property {string} id
 * @property {Author} author
 * @property {string} text
 * @property {string} [client_id]
 * @property {'complete'|'interrupted'|'failed'} state
 * @property {string} at
 * @property {Citation[]} [citations]
 * @property {number|null} [grounding]
 * @property {Claim[]} [claims]
 * @property {boolean} [abstained]  nothing was found to answer from
 * @property {Attachment[]} [attachments]
 * @property {boolean} [cached]  said before to somebody who asked the same
 * @property {'email'} [via]  how it came, where not by the chat
 * @property {'email'} [asks]  what the visitor is asked for with it
 *
 * @typedef {{ type: 'status', seq: number, status: Status, by?: Author, assignee?: Author, reason?: string, at: string }} StatusEvent
 * @typedef {'bot'|'waiting'|'human'|'snoozed'|'resolved'} Status
 * @typedef {{ type: string, seq?: number, [field: string]: any }} Event
 *
 * An answer that is still being written.
 * @typedef {object} Draft
 * @property {string} id
 * @property {number} next   the number of the delta that continues `text`
 * @property {string} text
 * @property {Claim[]} claims
 * @property {Map<number, string>} early  deltas that came before their turn
 * @property {boolean} stale  not heard of since the last reconnect
 *
 * A message of the visitor's that the log has not confirmed yet.
 * @typedef {{ client_id: string, text: string, attachments?: string[], at: number, state: 'pending'|'acked'|'failed', seq?: number, code?: string }} Outgoing
 *
 * @typedef {object} Config
 * @property {{ slug: string, name: string, public_key: string }} space
 * @property {{ name: string, avatar: string|null }} bot
 * @property {{ mode: 'auto'|'light'|'dark', color: string, position: 'left'|'right' }} theme
 * @property {string} greeting
 * @property {string} placeholder
 * @property {string[]} suggested_questions
 * @property {('name'|'email')[]} prechat
 * @property {string} locale
 * @property {boolean} attachments  whether visitors may send files
 * @property {{ text: Record<string, string> }} availability  what to expect of people, in a line for each language
 * @property {boolean} branding
 */
export {};

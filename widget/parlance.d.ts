/**
 * The JavaScript API of the widget on the host page.
 *
 *     <script src="https://chat.example/widget.js" data-space="acme" async></script>
 *
 * Calls made before the script has loaded are kept when the page defines the queue itself:
 *
 *     window.parlance = window.parlance || function () { (parlance.q = parlance.q || []).push(arguments) };
 *
 * Attributes of the tag: `data-space` (slug or public key), `data-api` (where the server is, if not
 * where the script came from), `data-label` (the launcher's accessible name, "Chat" unless told).
 */

/**
 * Who the visitor is. A `token` (JWT) proves it, and opens their history; a `signature` proves the `id`
 * alone. Without either it is shown to your agents as unverified and opens nothing. See docs/WIDGET.md.
 */
export interface ParlanceIdentity {
  /** A JWT that your server signed with a key of the space. */
  token?: string;
  /** Your own id of the user, 1 to 200 characters. */
  id?: string;
  /** At most 200 characters. */
  name?: string;
  email?: string;
  /** The `https` address of a picture. */
  avatar?: string;
  /** HMAC-SHA-256 of `id` under a key of kind HMAC, in hex. */
  signature?: string;
}

/** Merged into what was told before, 8 KiB in all; `null` removes. */
export type ParlanceAttributes = Record<string, unknown>;

export interface ParlanceMessage {
  id: string;
  author: 'visitor' | 'assistant' | 'agent' | 'system';
  text: string;
}

export interface ParlanceEvents {
  /** The launcher is on the page. Fires at once for a listener that comes later. */
  ready: undefined;
  open: undefined;
  close: undefined;
  /** A message was added, by anyone, since the visitor came. */
  message: ParlanceMessage;
  /** A person was asked for (`waiting`) or has come (`human`). */
  handoff: { status: 'waiting' | 'human'; [field: string]: unknown };
  /** How many messages the visitor has not seen. */
  unread: number;
  /**
   * `code` is one of the server's stable codes: `identity_invalid` (the proof is not right),
   * `identity_expired` (identify again), `identity_required` (the space is for those who are proven),
   * `invalid_request` (a wrong call, `detail` is its name), …
   */
  error: { code: string; detail?: string };
}

export interface Parlance {
  (command: 'open' | 'close' | 'toggle'): void;
  /** Before the first open it is kept until then; in mid-chat the conversation goes on. */
  (command: 'identify', identity: ParlanceIdentity): void;
  (command: 'attributes', attributes: ParlanceAttributes): void;
  /** `en`, `es`, `fr`, `de`, `pt`, `ar` or `ja`, with or without a region; the page's `lang` unless told. */
  (command: 'locale', locale: string): void;
  <Name extends keyof ParlanceEvents>(command: 'on', event: Name, listener: (data: ParlanceEvents[Name]) => void): void;
  /** Not to listen any more. */
  <Name extends keyof ParlanceEvents>(command: 'off', event: Name, listener: (data: ParlanceEvents[Name]) => void): void;
  /** Forgets the visitor on this browser and starts anew: call it on logout. */
  (command: 'reset'): void;
  /** Takes the widget off the page. Including the script again brings it back. */
  (command: 'shutdown'): void;
}

declare global {
  interface Window {
    parlance: Parlance;
  }
}

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

/** Who the visitor is; `signature` is the HMAC your server makes, where the space asks for one. */
export interface ParlanceIdentity {
  id?: string;
  name?: string;
  email?: string;
  signature?: string;
  [field: string]: unknown;
}

export type ParlanceAttributes = Record<string, string | number | boolean | null>;

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
  /** `code` is one of the server's stable codes. */
  error: { code: string; detail?: string };
}

export interface Parlance {
  (command: 'open' | 'close' | 'toggle'): void;
  /** Before or during a chat; the conversation goes on. */
  (command: 'identify', identity: ParlanceIdentity): void;
  (command: 'attributes', attributes: ParlanceAttributes): void;
  /** `en`, `es`, `fr`, `de`, `pt`, `ar` or `ja`, with or without a region; the page's `lang` unless told. */
  (command: 'locale', locale: string): void;
  <Name extends keyof ParlanceEvents>(command: 'on', event: Name, listener: (data: ParlanceEvents[Name]) => void): void;
  /** Forgets the visitor and starts anew: call it on logout. */
  (command: 'reset'): void;
  /** Takes the widget off the page. Including the script again brings it back. */
  (command: 'shutdown'): void;
}

declare global {
  interface Window {
    parlance: Parlance;
  }
}

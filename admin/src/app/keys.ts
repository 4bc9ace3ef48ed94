import { useEffect, useEffectEvent, useRef } from 'react';
import { Kept } from './kept';

interface Keys {
  /** Each of them alone does it; two with a space between are pressed one after the other. */
  keys: readonly string[];
  does: string;
  group: 'Everywhere' | 'In the inbox' | 'In a conversation' | 'While you write';
}

/** All keys of the console. Whatever listens to one looks it up here, and the window that explains them draws this. */
export const SHORTCUTS = {
  palette: { keys: ['Mod+k'], does: 'Find a page or do something', group: 'Everywhere' },
  help: { keys: ['?'], does: 'Show these shortcuts', group: 'Everywhere' },
  inbox: { keys: ['g i'], does: 'Go to the inbox', group: 'Everywhere' },
  tickets: { keys: ['g t'], does: 'Go to the tickets', group: 'Everywhere' },
  contacts: { keys: ['g p'], does: 'Go to the contacts', group: 'Everywhere' },
  canned: { keys: ['g c'], does: 'Go to the canned replies', group: 'Everywhere' },
  filter: { keys: ['/'], does: 'Filter the list of the page', group: 'Everywhere' },
  next: { keys: ['j', 'ArrowDown'], does: 'Next conversation', group: 'In the inbox' },
  previous: { keys: ['k', 'ArrowUp'], does: 'Previous conversation', group: 'In the inbox' },
  take: { keys: ['t'], does: 'Take over, or reopen', group: 'In a conversation' },
  resolve: { keys: ['e'], does: 'Resolve', group: 'In a conversation' },
  release: { keys: ['h'], does: 'Hand back to the assistant', group: 'In a conversation' },
  reply: { keys: ['r'], does: 'Write to the visitor', group: 'In a conversation' },
  note: { keys: ['n'], does: 'Write a note for the team', group: 'In a conversation' },
  ticket: { keys: ['c'], does: 'Create a ticket', group: 'In a conversation' },
  draft: { keys: ['d', 'Mod+j'], does: 'Draft a reply', group: 'In a conversation' },
  send: { keys: ['Enter'], does: 'Send', group: 'While you write' },
  undo: { keys: ['Mod+z'], does: 'Take back what is being sent', group: 'While you write' },
  line: { keys: ['Shift+Enter'], does: 'Begin a new line', group: 'While you write' },
  reuse: { keys: ['/'], does: 'Insert a canned reply', group: 'While you write' },
  leave: { keys: ['Escape'], does: 'Leave the field', group: 'While you write' },
} as const satisfies Record<string, Keys>;
export type Shortcut = keyof typeof SHORTCUTS;

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

interface Pressed {
  key: string;
  metaKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** A press as the table has it; nothing where it is the browser's. */
function nameOf({ key, metaKey, ctrlKey, altKey, shiftKey }: Pressed): string | undefined {
  if (altKey || (isMac ? ctrlKey : metaKey)) return undefined;
  const mod = metaKey || ctrlKey ? 'Mod+' : '';
  // A character already says whether shift was held.
  return mod + (key.length === 1 ? key.toLowerCase() : (shiftKey ? 'Shift+' : '') + key);
}

/** Whether a press is this shortcut, for fields that listen themselves. */
export function isPressed(shortcut: Shortcut, event: Pressed): boolean {
  return (SHORTCUTS[shortcut].keys as readonly string[]).includes(nameOf(event) ?? '');
}

/**
 * Whether single keys do something. Who speaks to a program that types, or whose hands shake, may switch them off: those
 * with a modifier stay (WCAG 2.2, 2.1.4).
 */
export const singleKeys = new Kept('parlance.single-keys', (stored) => stored !== false);

/** Presses further apart are two. */
const TOGETHER_MS = 1_500;
const TAKES_KEYS = 'input, textarea, select, [contenteditable], [role=menu]';

/** Listens while nobody types and no menu or window is open. Those with a modifier are heard in a field, too. */
export function useKeys(keys: Partial<Record<Shortcut, () => unknown>>): void {
  const before = useRef<{ key: string; at: number }>(undefined);
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const key = nameOf(event);
    if (!key || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (!singleKeys.get() && !key.startsWith('Mod+') && key !== 'Escape') return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TAKES_KEYS) && !key.startsWith('Mod+')) return;
    // Elsewhere arrows scroll, or choose.
    if (key.startsWith('Arrow') && !target.matches('body, main, a')) return;
    const first = before.current && event.timeStamp - before.current.at < TOGETHER_MS ? before.current.key : undefined;
    before.current = undefined;
    const whole = first ? `${first} ${key}` : key;
    const named = (Object.keys(SHORTCUTS) as Shortcut[]).find((one) => keys[one] && (SHORTCUTS[one].keys as readonly string[]).includes(whole));
    const act = named && keys[named];
    if (act) {
      event.preventDefault();
      act();
    } else if (!first && begins(key)) before.current = { key, at: event.timeStamp };
  });
  useEffect(() => {
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

const begins = (key: string) => Object.values(SHORTCUTS).some(({ keys }) => keys.some((one) => one.startsWith(`${key} `)));

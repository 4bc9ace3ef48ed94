import type { CannedReply } from './api';

/** Those that a word is in: first where the shortcut begins with it, then in the shortcut, the title, the text. */
export function matching(replies: readonly CannedReply[], word: string): CannedReply[] {
  const wanted = word.trim().toLowerCase();
  const rank = ({ shortcut, title, text }: CannedReply) =>
    [shortcut.startsWith(wanted), shortcut.includes(wanted), title.toLowerCase().includes(wanted), text.toLowerCase().includes(wanted)].indexOf(true);
  return replies
    .map((reply) => ({ reply, at: rank(reply) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || (a.reply.shortcut < b.reply.shortcut ? -1 : 1))
    .map(({ reply }) => reply);
}

/** What is being looked for at the caret: where its `/` is, and what follows. Not in the middle of a word, as in and/or. */
export function lookedFor(text: string, caret: number): { start: number; word: string } | null {
  const [, word] = /(?:^|\s)\/([^\s/]*)$/.exec(text.slice(0, caret)) ?? [];
  return word === undefined ? null : { start: caret - word.length - 1, word };
}

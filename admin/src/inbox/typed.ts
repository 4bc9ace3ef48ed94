/** What was typed and not sent, by conversation: it outlives the page. */
const KEY = 'parlance.draft.';

export function keptText(conversation: string): string {
  try {
    return localStorage.getItem(KEY + conversation) ?? '';
  } catch {
    return '';
  }
}

export function keepText(conversation: string, text: string): void {
  if (!text) return forgetText(conversation);
  try {
    localStorage.setItem(KEY + conversation, text);
  } catch {
    // Storage is blocked or full: it lasts as long as the page.
  }
}

export function forgetText(conversation: string): void {
  try {
    localStorage.removeItem(KEY + conversation);
  } catch {
    // As above.
  }
}

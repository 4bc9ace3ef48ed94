/** Tells a person on the other side that the visitor is writing. */

/** At most this often, and no longer than this after the last key, in milliseconds. */
const TYPING = 4000;

let told = 0;
let quiet;

/** @param {any} chat @param {boolean} on */
export function typing(chat, on) {
  clearTimeout(quiet);
  if (on) quiet = setTimeout(typing, TYPING, chat, false);
  const now = Date.now();
  if (on ? now - told < TYPING : !told) return;
  told = on ? now : 0;
  chat.send({ type: 'typing', on });
}

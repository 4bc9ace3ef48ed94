/** The questions before the first message, where the space asks them and the host page has not said. */
import { $, focus } from '../dom.js';
import { t } from '../strings.js';
import { field, form } from './forms.js';

/**
 * Asks in place of the composer.
 * @param {('name'|'email')[]} wanted
 * @param {{ identity?: any, attributes?: any }} details
 * @param {any} chat
 * @param {import('../storage.js').Store} store  remembers that it was asked
 */
export function askFirst(wanted, { identity, attributes }, chat, store) {
  const known = { ...identity, ...attributes };
  const composer = $('composer');
  const fields = wanted.filter((name) => !known[name]);
  // Whom the host site vouches for it knows already; and one form is enough.
  if (identity?.token || composer.hidden || !fields.length) return;
  const done = (box) => {
    store.set('prechat', 1);
    chat.introduce({ attributes: { ...attributes, ...Object.fromEntries(new FormData(box)) } });
    box.remove();
    composer.hidden = false;
    focus();
  };
  const box = form('form.prechat', 'chat', done, fields.map(field));
  composer.before(box);
  // The focus must not be lost with what had it.
  if (composer.contains(document.activeElement)) focus();
  composer.hidden = true;
}

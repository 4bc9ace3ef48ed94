/** Small forms inside the conversation: a word on a vote, an address, and the rating at the end. */
import { el } from '../dom.js';
import { t } from '../strings.js';

/** A form that is sent by calling `send`, and the button with this word that does. */
export const form = (spec, word, send, ...children) =>
  el(spec, { onsubmit: (event) => (event.preventDefault(), send(event.target)) }, ...children, el('button.go', null, t(word)));

/** What is asked for under this name, `name` or `email`. */
export const field = (name) =>
  // As strict about an address as the server.
  el('label', null, t(name), el('input', { name, type: name, autocomplete: name, required: '', maxlength: 200, ...(name === 'email' && { pattern: '.+@.+\\..+' }) }));

/** @type {(() => void)[]} */
const waiting = [];

/** Does it as soon as there is a line, in the order in which it was wanted: what is sent without one is gone. */
function online(chat, act) {
  waiting.push(act);
  (function look() {
    if (chat.online) waiting.splice(0).forEach((act) => act());
    else setTimeout(look, 1000);
  })();
}

const thanks = () => el('p.comment', { role: 'status' }, t('thanks'));

/**
 * Puts thanks, or a question for more, at the end of `place`.
 * @param {Element|any} place
 * @param {((comment: string) => void)|false} send
 */
function followUp(place, send) {
  place.querySelector('.comment')?.remove();
  if (!send) return place.append(thanks());
  const input = el('input', { 'aria-label': t('comment'), placeholder: t('comment'), maxlength: 1000 });
  const ask = form('form.comment', 'send', () => {
    if (input.value) send(input.value);
    ask.replaceWith(thanks());
  }, input);
  place.append(ask);
  input.focus();
  ask.scrollIntoView({ block: 'nearest' });
}

/** Thumbs up or down on an answer, and a word about it. */
export function thumb(chat, node, id, value) {
  const send = (comment) => online(chat, () => chat.vote(id, value, comment));
  send();
  followUp(node, value === 'down' && send);
}

/**
 * Asks at the end of `node` where an answer can be sent to, until it was said.
 * @param {Element} node @param {any} chat @param {import('../storage.js').Store} store
 */
export function askEmail(node, chat, store) {
  if (store.get('email')) return;
  const box = form('form.comment', 'send', () => {
    const address = box[0].value;
    online(chat, () => {
      store.set('email', 1);
      chat.send({ type: 'email', address });
    });
    box.replaceWith(thanks());
  }, field('email'));
  node.append(box);
  box.scrollIntoView({ block: 'nearest' });
}

/**
 * Asks at the end of `node` how it was, unless that end of the conversation has been rated.
 * @param {Element} node @param {number} seq @param {any} chat @param {import('../storage.js').Store} store
 */
export function askRating(node, seq, chat, store) {
  if (store.get('rated') === seq) return;
  const send = (score, comment) =>
    online(chat, () => {
      store.set('rated', seq);
      chat.send({ type: 'rate', score, comment });
    });
  const stars = [1, 2, 3, 4, 5].map((score) =>
    el('button.icon', {
      'aria-label': `${score} / 5`,
      onclick() {
        stars.forEach((star, i) => (star.ariaPressed = `${i < score}`));
        send(score);
        followUp(box, (comment) => send(score, comment));
      },
    }, '★'));
  const box = el('fieldset', null, el('legend', null, t('rate')), stars);
  node.append(box);
  box.scrollIntoView({ block: 'nearest' });
}

/** Small forms inside the conversation: a word on a vote, and the rating at the end. */
import { $, el, form } from './dom.js';
import { t } from './strings.js';

const thanks = () => el('p.comment', { role: 'status' }, t('thanks'));

/** Puts thanks, or a question for more, at the end of `place`. */
function followUp(place, send) {
  place.querySelector('.comment')?.remove();
  if (!send) return place.append(thanks());
  const input = el('input', { 'aria-label': t('comment'), placeholder: t('comment'), maxlength: 1000 });
  const ask = form('form.comment', () => {
    if (input.value) send(input.value);
    ask.replaceWith(thanks());
  }, input, el('button.go', null, t('send')));
  place.append(ask);
  input.focus();
}

/**
 * @param {'up'|'down'|undefined} vote
 * @param {(value: 'up'|'down', comment?: string) => void} send
 */
export const voteButtons = (vote, send) =>
  ['up', 'down'].map((/** @type {any} */ value) => {
    const button = el(`button.icon ${value}`, {
      'aria-label': t(value),
      'aria-pressed': `${vote === value}`,
      onclick() {
        const place = button.closest('.msg');
        send(value);
        followUp(place, value === 'down' && ((comment) => send(value, comment)));
      },
    });
    button.append($('thumb').cloneNode(true));
    return button;
  });

/** @param {(score: number, comment?: string) => void} send */
export function ratingForm(send) {
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
  return box;
}

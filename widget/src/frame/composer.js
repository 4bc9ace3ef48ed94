/** Where the visitor writes, and the questions that come before it. */
import { $, el, form } from './dom.js';
import { t } from './strings.js';

/** Tell the other side at most this often that there is writing, in milliseconds. */
const TYPING = 4000;

/** @param {ReturnType<typeof import('./chat.js').createChat>} chat */
export function createComposer(chat) {
  const text = $('text');
  let told = 0;
  let quiet;

  const typing = (on) => {
    clearTimeout(quiet);
    if (on) quiet = setTimeout(typing, TYPING, false);
    const now = Date.now();
    // The assistant does not watch; only people do.
    if (chat.log().status === 'bot' || (on ? now - told < TYPING : !told)) return;
    told = on && now;
    chat.send({ type: 'typing', on });
  };

  function fit() {
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight}px`;
    $('send').disabled = !text.value.trim();
  }

  $('composer').onsubmit = (event) => {
    event.preventDefault();
    const value = text.value.trim();
    if (!value) return;
    typing(false);
    chat.say(value);
    text.value = '';
    fit();
    $('log').scrollTop = 1e6;
  };
  text.oninput = () => {
    fit();
    typing(true);
  };
  text.onkeydown = (event) => {
    // Enter that ends the composition of a Japanese word is not the end of the message.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $('composer').requestSubmit();
  };
  $('stop').onclick = () => chat.send({ type: 'stop' });
  $('person').onclick = () => {
    chat.send({ type: 'human' });
    text.focus();
  };
  fit();
}

/**
 * Asks for name and e-mail in place of the composer.
 * @param {('name'|'email')[]} fields
 * @param {(attributes: Record<string, string>) => void} done
 */
export function askFirst(fields, done) {
  const composer = $('composer');
  composer.hidden = true;
  composer.before(form('form.prechat', (box) => {
    done(Object.fromEntries(new FormData(box)));
    box.remove();
    composer.hidden = false;
    $('text').focus();
  }, fields.map((name) => el('label', null, t(name), el('input', { name, type: name, autocomplete: name, required: '', maxlength: 200 }))), el('button.go', null, t('chat'))));
}

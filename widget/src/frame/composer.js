/** Where the visitor writes. */
import { $, more, focus } from './dom.js';

/** @param {ReturnType<typeof import('./chat.js').createChat>} chat */
export function createComposer(chat) {
  const text = $('text');

  /** The assistant does not watch; only people do. */
  const typing = async (on) => {
    if (chat.log().status !== 'bot') (await more()).typing(chat, on);
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
    focus();
  };
  fit();
}

/**
 * Files that are sent: the button that chooses them, what is on its way, and what messages came with. It is
 * fetched once the chat is there and takes files, or when a message has some.
 */
import { $, el, link } from '../dom.js';
import { lang, t } from '../strings.js';
import css from './files.css';
import words from './words.js';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets.push(sheet);

/** As the server has them. */
const MOST_BYTES = 10 << 20;
const MOST_FILES = 10;
const TYPES = ['PNG', 'JPEG', 'GIF', 'WebP', 'PDF', 'TXT'];

/** What was uploaded here, by id: until the log has it, a message knows ids alone. @type {Map<string, import('../types.js').Attachment>} */
const known = new Map();

const say = (n, value = '') => (words[lang()] || words.en)[n].replace('{}', value);
const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

/**
 * Shows the files of a message under its bubble.
 * @param {(import('../types.js').Attachment|string)[]} attachments
 * @param {HTMLElement} bubble
 */
export function show(attachments, bubble) {
  const box = el('.files', null, attachments.map((one) => known.get(/** @type {string} */ (one)) || one).map((one) => one.url && shown(one)));
  const old = bubble.nextElementSibling;
  if (old?.className === 'files') old.remove();
  bubble.after(box);
  bubble.hidden = !bubble.textContent;
}

function shown({ name, url, type, size: bytes, width, height }) {
  if (type.startsWith('image/') && width && height) {
    const image = el('img', { src: url, alt: name, width, height });
    // Its space is there before it is.
    image.style.cssText = `width: ${Math.max(24, Math.min(width, 240, (200 * width) / height))}px; aspect-ratio: ${width} / ${height}`;
    return link('a', url, image);
  }
  return el('a.file', { href: url, download: name }, el('bdi', null, name), el('small', null, size(bytes)));
}

/** What is attached to what the visitor writes. @type {{ node: HTMLElement, id?: string }[]} */
let chosen = [];
let button;

/** Lets the visitor attach files. @param {any} chat @param {import('../storage.js').Store} store */
export function clip(chat, store) {
  if (button) return;
  const form = $('composer');
  const text = $('text');
  const list = el('ul.chosen');
  const picker = el('input', { type: 'file', multiple: '', hidden: '', accept: TYPES.map((type) => `.${type}`) + ',.jpg', onchange: () => add([...picker.files]) });
  button = el('button.icon', { type: 'button', 'aria-label': say(0), onclick: () => picker.click() }, icon());
  text.before(picker, button);
  form.before(list);

  /** Whether it can be sent, which the text alone does not say any more. */
  const busy = () => chosen.some(({ id }) => !id);
  const typed = text.oninput;
  const fit = () => ($('send').disabled = chosen.length ? busy() : !text.value.trim());
  text.oninput = () => {
    typed();
    fit();
  };

  const drop = (one) => {
    chosen = chosen.filter((other) => other !== one);
    one.node.remove();
    fit();
  };

  function add(given) {
    given.forEach((file) => {
      const note = el('small', { role: 'status' });
      const request = new XMLHttpRequest();
      /** @type {{ node: HTMLElement, id?: string }} */
      const one = { node: el('li', null, el('bdi', null, file.name), note) };
      one.node.append(el('button.icon', { type: 'button', 'aria-label': say(1, file.name), onclick: () => (request.abort(), drop(one)) }, '✕'));
      list.append(one.node);
      // What is refused is not sent, and stays in sight with the reason.
      const refuse = (why = '') => {
        chosen = chosen.filter((other) => other !== one);
        note.className = 'note';
        note.textContent = `${t('unsent')} ${why}`;
        fit();
      };
      if (chosen.length >= MOST_FILES) return refuse(`≤ ${MOST_FILES}`);
      if (file.size > MOST_BYTES) return refuse('≤ 10 MB');
      chosen.push(one);
      fit();
      const body = new FormData();
      body.append('file', file);
      request.open('POST', `/api/widget/${location.pathname.split('/')[2]}/conversation/${chat.log().conversation}/attachments`);
      request.setRequestHeader('Authorization', `Bearer ${store.get('token')}`);
      request.upload.onprogress = ({ loaded, total }) => (note.textContent = `${Math.floor((99 * loaded) / total)}%`);
      request.onerror = () => refuse();
      request.onload = () => {
        const { status } = request;
        if (status !== 201) return refuse(status === 415 ? TYPES.join(', ') : '');
        const kept = JSON.parse(request.responseText);
        known.set((one.id = kept.id), kept);
        note.textContent = size(kept.size);
        fit();
      };
      request.send(body);
    });
    picker.value = '';
    text.focus();
  }

  text.addEventListener('paste', (event) => {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes('text/plain')) return;
    event.preventDefault();
    add([...files]);
  });
  const plain = form.onsubmit;
  form.onsubmit = (event) => {
    if (!chosen.length) return plain(event);
    event.preventDefault();
    if (busy()) return;
    chat.say(text.value.trim(), chosen.map(({ id }) => id));
    text.value = text.style.height = '';
    chosen.forEach(drop);
    $('log').scrollTop = 1e6;
  };
}

/** Of the only other thing that is drawn. */
function icon() {
  const svg = $('thumb').cloneNode(true);
  svg.id = '';
  svg.firstChild.setAttribute('d', 'M20 11l-9 9a5 5 0 0 1-7-7l9-9a3 3 0 0 1 5 5l-9 9a1 1 0 0 1-2-2l8-8');
  return svg;
}

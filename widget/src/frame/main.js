/** The frame's start: hears the loader's hello, gets the settings and puts the parts together. */
import { createBridge } from './bridge.js';
import { createChat } from './chat.js';
import { createComposer } from './composer.js';
import { $, el, more, focus } from './dom.js';
import { createStore } from './storage.js';
import { parse, plain } from './markdown.js';
import { lang, speak, t } from './strings.js';
import { createView, statusText } from './view.js';

// What the file of rare things shares with this one.
export * from './dom.js';
export { safeUrl } from './markdown.js';
export { english, lang, t } from './strings.js';

const space = location.pathname.split('/')[2];
const load = (language) => import(`/widget/strings/${language}.js?v=VERSION`);
/** @type {ReturnType<typeof createChat>} */
let chat;
let changed;
/** What the page says of its visitor. @type {any} */
let details;
/** What there is to show until the settings are known. @type {any} */
const config = { bot: { name: space }, theme: { color: '#2456e6', mode: '' } };

/** @type {import('./storage.js').Store} */
let store;

const bridge = createBridge({
  hello: start,
  show,
  context(data) {
    // All that is on the screen is said anew; what matters is with the server or stored.
    if (data.locale) location.reload();
    else chat.introduce(data);
  },
  reset() {
    chat.stop();
    store.clear();
    location.reload();
  },
});

async function start({ visible, config: known, kept, ...rest }) {
  if (chat) return;
  details = rest;
  store = createStore(space, undefined, kept, (text) => bridge('keep', text));
  chat = createChat({ base: `${location.origin}/api/widget/${space}`, store, details, emit, changed: () => changed?.() });
  chat.renew();
  // Who is quick need not wait for words and colours.
  createComposer(chat);
  Object.assign(config, known);
  await speak(details.locale, load);
  changed = createView(chat, config, store);
  dress();
  show(visible);
}

/** The settings as they are now, on all that is in sight. */
async function dress() {
  paint(config);
  translate();
  changed();
  if (config.attachments) (await import('./files/index.js')).clip(chat, store);
  if (config.prechat?.length && !store.get('prechat')) (await more()).askFirst(config.prechat, details, chat, store);
}

function translate() {
  const root = document.documentElement;
  root.lang = lang();
  root.dir = root.lang === 'ar' ? 'rtl' : '';
  document.querySelectorAll('[data-t]').forEach((/** @type {any} */ node) => {
    node[node.id === 'person' ? 'textContent' : 'ariaLabel'] = t(node.dataset.t);
  });
  $('text').placeholder = (root.lang === config.locale && config.placeholder) || t('hint');
}

function show(on) {
  chat.show(on);
  // The panel is not focusable yet for the moment the host page takes to make it visible. After a
  // reload (1) the page keeps the focus.
  if (on === true) setTimeout(focus, 50);
}

/** What happens, to the screen reader (whole answers, never tokens) and to the host page. */
function emit(name, data) {
  if (name === 'settings') {
    Object.assign(config, data);
    return changed && dress();
  }
  if (name === 'message') {
    const { id, author, text } = data;
    if (author.kind !== 'visitor') say(`${author.name || config.bot.name}: ${plain({ children: parse(text) })}`);
    data = { id, author: author.kind, text };
  } else if (name === 'handoff') say(statusText(data));
  bridge(name, data);
}

const say = (text) => ($('live').textContent = text);

function paint({ theme, bot, branding }) {
  const { style } = document.documentElement;
  style.colorScheme = theme.mode.replace('auto', '');
  style.setProperty('--accent', theme.color);
  bridge('theme', theme);
  $('title').textContent = document.title = bot.name;
  $('face').replaceChildren(bot.avatar ? el('img', { src: bot.avatar, alt: '' }) : [...bot.name][0]);
  $('brand').hidden = branding === false;
}

addEventListener('online', () => chat?.renew());
addEventListener('offline', () => chat?.lose());
addEventListener('visibilitychange', () => document.hidden || (chat?.show(), chat?.check()));
$('close').onclick = () => bridge('close');

addEventListener('keydown', ({ key }) => {
  // A native dialog deals with its own.
  if (key === 'Escape' && !$('source').open) bridge('close');
});
// The focus trap: what comes after the last stop is the first, and the other way round.
$('after').onfocus = () => {
  $('close').focus();
  $('person').focus();
};
$('before').onfocus = focus;

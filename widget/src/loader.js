/**
 * The only code on the host page: a launcher button, the API queue, and the line to the chat's frame.
 *
 * Styles are a constructed sheet in a shadow root, and single properties go through the CSSOM: both
 * are allowed under a Content-Security-Policy without `unsafe-inline`. Nothing is stored or loaded
 * but the public settings before the visitor opens the chat for the first time.
 */
import css from './loader.css';

const w = /** @type {any} */ (window);
const d = document;
const early = w.parlance;
const tag = /** @type {HTMLScriptElement} */ (d.currentScript || d.querySelector('script[data-space]'));

// Included twice, the first one stays.
if (!early?.on && tag) {
  const { space, api } = tag.dataset;
  const { origin } = new URL(api || tag.src, location.href);
  const path = origin + '/%widget/' + encodeURIComponent(space || '');
  const listeners = {};
  /** Kept here until there is a frame to tell. */
  const context = {};
  let frame, greeted, config, opened;

  const host = d.createElement('parlance-chat');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const button = d.createElement('button');
  const badge = d.createElement('i');
  const svg = (name, attributes, parent) => {
    const node = d.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    return parent.appendChild(node);
  };
  const icon = svg('path', {}, svg('svg', { viewBox: '0 0 24 24', width: 28, 'aria-hidden': true }, button));
  const locale = () => context.locale || d.documentElement.lang || navigator.language;

  const emit = (name, data) => (listeners[name] || []).forEach((listener) => listener(data));
  const post = (type, data) => greeted && frame.contentWindow.postMessage({ parlance: type, data }, origin);

  const draw = () => {
    host.toggleAttribute('open', !!opened);
    icon.setAttribute('d', opened ? 'M6 9l6 6 6-6' : 'M4 5h16v11h-9l-5 4v-4H4z');
    button.setAttribute('aria-expanded', '' + !!opened);
    // One word that is the same in most languages; the state is in aria-expanded.
    button.ariaLabel = { ar: 'دردشة', ja: 'チャット' }[locale().slice(0, 2)] || 'Chat';
  };

  const paint = ({ color, position }) => {
    // Perceived brightness by the weights of ITU-R BT.601; the icon has to stand out from it.
    const light = [299, 587, 114].reduce((sum, weight, i) => sum + weight * parseInt(color.substr(1 + 2 * i, 2), 16), 0);
    host.style.setProperty('--c', color);
    host.style.setProperty('--i', light > 15e4 ? '#000' : '#fff');
    host.toggleAttribute('left', position == 'left');
  };

  const show = (on) => {
    if (!!opened == on) return;
    opened = on;
    if (!frame) {
      frame = d.createElement('iframe');
      frame.className = 'f';
      frame.title = button.ariaLabel;
      frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms');
      frame.onload = () => {
        greeted = 1;
        post('hello', { ...context, locale: locale(), page: location.href, visible: opened, config });
      };
      frame.src = path.replace('%', '') + '/frame';
      root.append(frame);
    }
    draw();
    if (on) frame.focus();
    else button.focus();
    post('show', on);
    emit(on ? 'open' : 'close');
  };

  const tell = (key) => (value) => {
    context[key] = value;
    draw();
    post('context', { [key]: value });
  };

  const hear = (event) => {
    // The frame and nobody else, at the address it was loaded from.
    if (!frame || event.source != frame.contentWindow || event.origin != origin) return;
    const { parlance: type, data } = event.data;
    if (type == 'close') show(false);
    else if (type == 'theme') paint(data);
    else if (type) {
      if (type == 'unread') badge.textContent = data || '';
      emit(type, data);
    }
  };

  const commands = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!opened),
    identify: tell('identity'),
    attributes: tell('attributes'),
    locale: tell('locale'),
    on(name, listener) {
      (listeners[name] = listeners[name] || []).push(listener);
      if (name == 'ready' && host.isConnected) listener();
    },
    reset() {
      delete context.identity;
      delete context.attributes;
      post('reset');
    },
    shutdown() {
      removeEventListener('message', hear);
      host.remove();
      delete w.parlance;
    },
  };

  w.parlance = (name, ...rest) => commands[name]?.(...rest);
  w.parlance.on = 1;
  addEventListener('message', hear);
  button.onclick = commands.toggle;
  host.onkeydown = (event) => {
    if (event.key == 'Escape') show(false);
  };
  button.append(badge);
  root.append(button);

  const start = () => {
    draw();
    d.body.append(host);
    (early?.q || []).forEach((call) => w.parlance(...call));
    emit('ready');
  };
  if (d.body) start();
  else addEventListener('DOMContentLoaded', start);

  // A host page's connect-src may forbid this; the frame then brings the colours when it is opened.
  fetch(path.replace('%', 'api/') + '/config')
    .then((response) => response.json())
    .then((settings) => {
      config = settings;
      paint(settings.theme);
    })
    .catch(() => {});
}

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
  const address = (api, what) => `${origin}${api}/widget/${space}/${what}`;
  const listeners = {};
  /** Kept here until there is a frame to tell. */
  const context = {};
  let frame, greeted, config;
  let opened = false;

  const host = d.createElement('parlance-chat');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const button = d.createElement('button');
  const badge = d.createElement('i');
  // One word that is the same in most languages; that it opens and closes is in aria-expanded.
  button.ariaLabel = tag.dataset.label || 'Chat';
  const locale = () => context.locale || d.documentElement.lang || navigator.language;

  const emit = (name, data) => listeners[name]?.forEach((listener) => listener(data));
  const post = (type, data) => greeted && frame.contentWindow.postMessage({ parlance: type, data }, origin);

  /** For a frame that may not store anything itself; and, in this tab, whether it is open. */
  const keep = (text, area = 'localStorage') => {
    try {
      return text ? (w[area][`parlance:${space}`] = text) : w[area][`parlance:${space}`];
    } catch {}
  };

  const draw = () => {
    host.toggleAttribute('open', opened);
    button.ariaExpanded = `${!!opened}`;
  };

  const paint = ({ color, position }) => {
    host.style.setProperty('--c', color);
    host.toggleAttribute('left', position == 'left');
  };

  /** `1` is open again after a reload: nobody asked for the focus. */
  const show = (on) => {
    if (opened == on) return;
    opened = on;
    keep(`${+on}`, 'sessionStorage');
    if (!frame) {
      frame = d.createElement('iframe');
      frame.title = button.ariaLabel;
      frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms');
      frame.onload = () => {
        greeted = 1;
        post('hello', { ...context, locale: locale(), page: location.href, visible: opened, config, kept: keep() });
      };
      frame.src = address('', 'frame');
      root.append(frame);
    }
    draw();
    if (on !== 1) (on ? frame : button).focus();
    post('show', on);
    emit(on ? 'open' : 'close');
  };

  const tell = (key) => (value) => {
    context[key] = value;
    post('context', { [key]: value });
  };

  const hear = (event) => {
    // The frame and nobody else, at the address it was loaded from.
    if (!frame || event.source != frame.contentWindow || event.origin != origin) return;
    const { parlance: type, data } = event.data;
    if (type == 'close') show(false);
    else if (type == 'theme') paint(data);
    else if (type == 'keep') keep(data);
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
      (listeners[name] ||= []).push(listener);
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
    if (keep('', 'sessionStorage') > 0) show(1);
    early?.q?.forEach((call) => w.parlance(...call));
    emit('ready');
  };
  if (d.body) start();
  else addEventListener('DOMContentLoaded', start);

  // A host page's connect-src may forbid this; the frame then brings the colours when it is opened.
  fetch(address('/api', 'config'))
    .then((response) => response.json())
    .then((settings) => {
      config = settings;
      paint(settings.theme);
    })
    .catch(() => {});
}

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
const tag = /** @type {HTMLScriptElement} */ (d.currentScript);

// Included twice, the first one stays.
if (!early?.on && tag) {
  const { space, api } = tag.dataset;
  const { origin } = new URL(api || tag.src, location.href);
  const name = `parlance:${space}`;
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
  button.ariaExpanded = 'false';

  /** Each on its own: what goes wrong in one is the page's, and stops nothing here. */
  const emit = (name, data) => listeners[name]?.forEach((listener) => setTimeout(listener, 0, data));
  const post = (type, data) => greeted && frame.contentWindow.postMessage({ parlance: type, data }, origin);

  /** For a frame that may not store anything itself; and, in this tab, whether it is open. */
  const keep = (text, area = 'localStorage') => {
    try {
      const at = w[area];
      return text == null ? at[name] : (at[name] = text);
    } catch {}
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
        post('hello', { locale: d.documentElement.lang || navigator.language, ...context, page: location.href, visible: opened, config, kept: keep() });
      };
      frame.src = `${origin}/widget/${space}/frame`;
      root.append(frame);
    }
    host.toggleAttribute('open', on);
    button.ariaExpanded = `${!!on}`;
    if (on !== 1) (on ? frame : button).focus();
    post('show', on);
    emit(on ? 'open' : 'close');
  };

  const tell = (key, type) => (value) => {
    if (typeof value != type) throw 0;
    // What cannot be sent throws here and not later.
    context[key] = structuredClone(key == 'attributes' ? { ...context[key], ...value } : value);
    post('context', { [key]: context[key] });
  };

  const hear = (event) => {
    // The frame and nobody else, at the address it was loaded from.
    if (!frame || event.source != frame.contentWindow || event.origin != origin) return;
    const { parlance: type, data } = event.data;
    if (type == 'unread') badge.textContent = data || '';
    const act = { close: commands.close, theme: paint, keep }[type];
    act ? act(data) : emit(type, data);
  };

  const commands = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!opened),
    identify: tell('identity', 'object'),
    attributes: tell('attributes', 'object'),
    locale: tell('locale', 'string'),
    on(name, listener) {
      if (!listener.call) throw 0;
      (listeners[name] ||= new Set()).add(listener);
      if (name == 'ready' && host.isConnected) emit(name);
    },
    off: (name, listener) => listeners[name]?.delete(listener),
    reset() {
      context.identity = context.attributes = null;
      // Who was here before must not be found at the first open either.
      greeted ? post('reset') : keep('{}');
    },
    shutdown() {
      removeEventListener('message', hear);
      host.remove();
      delete w.parlance;
    },
  };

  w.parlance = (name, ...rest) => {
    try {
      commands[name](...rest);
    } catch {
      emit('error', { code: 'invalid_request', detail: name });
    }
  };
  w.parlance.on = 1;
  addEventListener('message', hear);
  button.onclick = commands.toggle;
  host.onkeydown = (event) => {
    if (event.key == 'Escape') show(false);
  };
  button.append(badge);
  root.append(button);

  const start = () => {
    d.body.append(host);
    if (keep(null, 'sessionStorage') > 0) show(1);
    early?.q?.forEach((call) => w.parlance(...call));
    emit('ready');
  };
  if (d.body) start();
  else addEventListener('DOMContentLoaded', start);

  // A host page's connect-src may forbid this; the frame then brings the colours when it is opened.
  fetch(`${origin}/api/widget/${space}/config`)
    .then((response) => response.json())
    .then((settings) => {
      paint(settings.theme);
      config = settings;
    })
    .catch(() => {});
}

/** Elements without markup in strings: there is no way in for HTML. */

/**
 * @param {string} spec `tag.class`
 * @param {Record<string, any>|null} [props] `on…` listens, null, undefined and false are left out, the rest are attributes
 * @param {...any} children nodes, text, lists of them; what is falsy is left out
 * @returns {any}
 */
export function el(spec, props, ...children) {
  const [tag, name] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (name) node.className = name;
  for (const key in props) {
    if (key.startsWith('on')) node[key] = props[key];
    else if (props[key] != null && props[key] !== false) node.setAttribute(key, props[key]);
  }
  node.append(...children.flat().filter(Boolean));
  return node;
}

/** What is fetched on demand. */
export const more = () => import('./more/index.js');

/** @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id);

/** The focus goes to what is to be done next: to fill or to send the questions before the chat, or to write. */
export const focus = () => (document.querySelector('.prechat :is(:invalid, button)') || $('text')).focus();

/** A link to somewhere else, opened there. */
export const link = (spec, href, ...children) => el(spec, { href, target: '_blank', rel: 'noopener nofollow' }, ...children);

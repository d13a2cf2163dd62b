/** How `<bellhop-bell>` makes its HTML. */

/**
 * An HTML element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Record<string, string>} [attributes] @param {(Node | string)[]} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children); // strings become text
  return made;
}

/** The bell itself, drawn in lines of the text's colour. */
export function bellIcon() {
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  for (const d of ['M6 9a6 6 0 0 1 12 0c0 6 2.5 7.5 2.5 7.5h-17S6 15 6 9Z', 'M10 20a2.2 2.2 0 0 0 4 0']) {
    const path = document.createElementNS(icon.namespaceURI, 'path');
    path.setAttribute('d', d);
    icon.append(path);
  }
  return icon;
}

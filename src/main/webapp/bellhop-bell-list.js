/**
 * The list of `<bellhop-bell>`, as HTML. All that a message says is text, never HTML.
 *
 * One item takes part in the tab order: the one that had the focus last, else the first. Arrow keys go from there.
 *
 * @typedef {import('./bellhop-bell-inbox.js').Row} Row
 * @typedef {import('./bellhop-bell-words.js').Label} Label
 */
import { element } from './bellhop-bell-html.js';
import { isAfter } from './bellhop-bell-inbox.js';
import { ago, safeUrl, wording } from './bellhop-bell-words.js';

export class BellList {
  root = element('ul', { id: 'list', part: 'list', role: 'list' });

  /** @type {Map<string, HTMLElement>} by the message's id */
  #items = new Map();
  /** @type {HTMLElement | undefined} the one in the tab order */
  #tabStop;
  /** @type {(word: Label) => string} */
  #word;
  /** @type {string | null} up to here there are no dots */
  #seen = null;
  /** @type {string | undefined} */
  #lang;

  /** @param {(word: Label) => string} word */
  constructor(word) {
    this.#word = word;
    this.root.addEventListener('focusin', ({ target }) => {
      const item = target instanceof Element ? target.closest('.item') : null;
      if (item instanceof HTMLElement) this.#stopAt(item);
    });
  }

  // --- what is in it

  /** All of it anew. Keeps the focus where it was, if that message is still there. @param {Row[]} rows newest first @returns whether the focus is lost */
  renew(rows) {
    const { id } = this.focused?.dataset ?? {};
    this.#items.clear();
    this.#tabStop = undefined;
    this.root.replaceChildren(...rows.map((row) => this.#line(row)));
    this.#stopAtFirst();
    if (id === undefined) return false;
    this.#items.get(id)?.focus();
    return !this.#items.has(id);
  }

  /** At the end. @param {Row[]} rows @returns the first of them */
  extend(rows) {
    this.root.append(...rows.map((row) => this.#line(row)));
    if (!this.#tabStop) this.#stopAtFirst();
    return this.#items.get(rows[0]?.entry.id);
  }

  /** At the beginning. @param {Row} row */
  add(row) {
    this.root.prepend(this.#line(row));
    if (!this.focused) this.#stopAtFirst();
  }

  /** @param {string} id */
  drop(id) {
    const item = this.#items.get(id);
    if (!item) return;
    this.#items.delete(id);
    const hadFocus = this.focused === item;
    item.parentElement?.remove();
    if (hadFocus) this.at('End')?.focus();
    else if (this.#tabStop === item) this.#stopAtFirst();
  }

  /** @param {Row} row */
  #line({ entry, described }) {
    const { title, text } = wording(entry, described);
    const url = safeUrl(Object(described).url, document.baseURI);
    const time = element('time', { part: 'item-time' });
    const item = element(url ? 'a' : 'article', { class: 'item', part: 'item', tabindex: '-1', 'data-id': entry.id },
      // bdi: a name in another script must not turn its surroundings round
      element('span', { class: 'title', part: 'item-title' }, element('bdi', {}, title)), time);
    if (text) item.append(element('p', { class: 'text', part: 'item-text' }, element('bdi', {}, text)));
    if (url) {
      item.setAttribute('href', url);
      if (new URL(url).origin !== location.origin) item.setAttribute('rel', 'noopener noreferrer');
    }
    const at = new Date(entry.at);
    if (!isNaN(at.getTime())) {
      time.dateTime = at.toISOString();
      time.title = at.toLocaleString(this.#lang);
      time.textContent = ago(at.getTime(), Date.now(), this.#lang);
    }
    this.#items.set(entry.id, item);
    this.#showDot(item);
    return element('li', {}, item);
  }

  // --- what it shows of time and of what is new

  /** @param {string | undefined} lang of the dates that are written from now on */
  speak(lang) {
    this.#lang = lang;
  }

  showTimes() {
    for (const time of this.root.querySelectorAll('time')) {
      if (time.dateTime) time.textContent = ago(Date.parse(time.dateTime), Date.now(), this.#lang);
    }
  }

  /** @param {string | null} seen up to here the user has seen it */
  showDots(seen) {
    if (seen === this.#seen) return;
    this.#seen = seen;
    for (const item of this.#items.values()) this.#showDot(item);
  }

  /** @param {HTMLElement} item */
  #showDot(item) {
    const unread = isAfter(item.dataset.id ?? '', this.#seen);
    item.classList.toggle('unread', unread);
    const dot = item.querySelector('.dot');
    if (!unread) dot?.remove();
    else if (!dot) {
      item.prepend(element('span', { class: 'dot', part: 'dot' },
        element('span', { class: 'hidden' }, this.#word('label-dot'))));
    }
  }

  // --- the focus

  get focused() {
    const root = this.root.getRootNode();
    const focused = root instanceof ShadowRoot ? root.activeElement : null;
    return focused instanceof HTMLElement && focused.matches('.item') ? focused : undefined;
  }

  /** The item that a key leads to. @param {'ArrowDown' | 'ArrowUp' | 'Home' | 'End' | string} key @returns {HTMLElement | undefined} */
  at(key) {
    const line = this.focused?.parentElement;
    const to = key === 'ArrowDown' ? (line ? line.nextElementSibling ?? line : this.root.firstElementChild)
      : key === 'ArrowUp' ? line?.previousElementSibling ?? this.root.firstElementChild
      : key === 'Home' ? this.root.firstElementChild
      : this.root.lastElementChild;
    const item = to?.firstElementChild;
    return item instanceof HTMLElement ? item : undefined;
  }

  #stopAtFirst() {
    this.#stopAt(this.at('Home'));
  }

  /** @param {HTMLElement | undefined} item */
  #stopAt(item) {
    if (this.#tabStop === item) return;
    if (this.#tabStop) this.#tabStop.tabIndex = -1;
    if (item) item.tabIndex = 0;
    this.#tabStop = item;
  }
}

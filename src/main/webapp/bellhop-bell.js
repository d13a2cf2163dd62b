/**
 * `<bellhop-bell>`: a bell with the number of unread messages, and a list of the user's inbox.
 *
 *     <script type="module" src="/bellhop/bellhop-bell.js"></script>
 *     <bellhop-bell></bellhop-bell>
 *
 * Shows kept messages: `data.title`, `data.text` and a link to `data.url`; what lacks a title shows its `msg_type`. All of it
 * is text, never HTML. Opening the list marks everything as read on all of the user's pages; the dots stay until it is closed.
 *
 * Attributes: `base` (Bellhop's folder, if this module lies elsewhere), `manual` (a button marks as read, not opening),
 * `theme` (`light`, `dark`, `auto`; else the page's `color-scheme`), and words: see WORDS. Properties: `hop`, `describe`.
 * Event `bellhop-select` (cancelable, `detail` the message): the user chose a message; its link is followed next.
 * Look: custom properties `--bellhop-…` (see the style sheet's `:host`), and the parts button, badge, panel, header, title,
 * mark-read, status, list, item, item-title, item-text, item-time, dot, more.
 *
 * It uses `Bellhop.shared()`, so a page that does as well has one connection for both.
 *
 * @typedef {import('./bellhop.js').Message<any>} Message
 * @typedef {{id: string, msg_type: string, data: any, at: number | string}} Entry one of the list
 * @typedef {{title?: unknown, text?: unknown, url?: unknown}} Description
 */
import { Bellhop } from './bellhop.js';

const PAGE_SIZE = 20;
const NEWS_PAUSE = 400; // ms; what comes in a burst is announced together

/** The words and the attributes that replace them. */
export const WORDS = {
  'label': 'Notifications',
  'label-unread': '{n} unread',
  'label-dot': 'Unread',
  'label-new': 'New: {title}',
  'label-mark-read': 'Mark all as read',
  'label-more': 'Show more',
  'label-retry': 'Try again',
  'label-empty': 'Nothing here yet',
  'label-loading': 'Loading…',
  'label-waiting': 'Reconnecting…',
  'label-closed': 'Disconnected. Log in again to get news.',
  'label-error': 'The list could not be loaded.',
};

// --- what can be tried without a page

/**
 * A link that is safe to follow, or undefined. Only http and https, so never `javascript:`; relative ones are the page's.
 *
 * @param {unknown} url @param {string} base
 */
export function safeUrl(url, base) {
  if (typeof url !== 'string' || !url.trim()) return undefined;
  try {
    const { protocol, href } = new URL(url, base); // the parser also undoes what hides a scheme: case, tabs, newlines
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What to show of a message; anything may be in `data`.
 *
 * @param {{msg_type: string, data: any}} message @param {Description} [described] @returns {{title: string, text: string}}
 */
export function wording({ msg_type, data }, described = data) {
  const { title, text } = Object(described);
  const word = (/** @type {unknown} */ value) => (typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '');
  return word(title) ? { title: word(title), text: word(text) } : { title: word(text) || word(data) || msg_type, text: '' };
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60]];

/** @param {number} at @param {number} now @param {string} [lang] */
export function ago(at, now, lang) {
  const seconds = Math.min(0, Math.round((at - now) / 1000)); // clocks differ: nothing comes from the future
  const [unit, length] = UNITS.find(([, length]) => -seconds >= length) ?? ['second', 1];
  const count = unit === 'second' ? 0 : Math.trunc(seconds / length); // "now" is exact enough
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' }).format(count, unit);
}

/** Whether position a comes after b; everything comes after none. @param {string} a @param {string | null | undefined} b */
export function isAfter(a, b) {
  if (!b) return true;
  const [[aEpoch, aOffset], [bEpoch, bOffset]] = [a.split('-').map(Number), b.split('-').map(Number)];
  return aEpoch > bEpoch || (aEpoch === bEpoch && aOffset > bOffset);
}

// --- the element

const CSS = `
:host {
  --_accent: var(--bellhop-accent, light-dark(#0b62c4, #7db7ff));
  --_surface: var(--bellhop-surface, light-dark(#fff, #1d2127));
  --_text: var(--bellhop-text, light-dark(#1b1f24, #e8eaed));
  --_muted: var(--bellhop-muted, light-dark(#59626d, #a3acb8));
  --_border: var(--bellhop-border, light-dark(#dfe3e8, #353b44));
  --_hover: var(--bellhop-hover, light-dark(#f3f5f8, #272c34));
  --_badge: var(--bellhop-badge, #c9252d);
  --_badge-text: var(--bellhop-badge-text, #fff);
  --_radius: var(--bellhop-radius, 12px);
  display: inline-block;
  position: relative;
  font: 400 14px/1.4 var(--bellhop-font, system-ui, sans-serif);
  text-align: start;
}
:host([hidden]), [hidden] { display: none !important; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
:host([theme=auto]) { color-scheme: light dark; }
* { box-sizing: border-box; }
button { font: inherit; color: inherit; background: none; border: 0; margin: 0; cursor: pointer; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: -2px; }
.hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

#bell {
  position: relative;
  display: grid;
  place-items: center;
  inline-size: var(--bellhop-size, 40px);
  block-size: var(--bellhop-size, 40px);
  padding: 0;
  border-radius: 50%;
}
#bell:hover, #bell[aria-expanded=true] { background: color-mix(in srgb, currentColor 10%, transparent); }
#bell:focus-visible { outline-color: currentColor; }
#bell svg { inline-size: 55%; block-size: 55%; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
#bell[data-state=closed] svg { opacity: .5; }
#badge {
  position: absolute;
  inset-block-start: 1px;
  inset-inline-start: 52%;
  min-inline-size: 18px;
  padding-inline: 5px;
  border-radius: 9px;
  background: var(--_badge);
  color: var(--_badge-text);
  font-size: 11px;
  font-weight: 600;
  line-height: 18px;
  text-align: center;
  font-variant-numeric: tabular-nums;
}

#panel {
  position: absolute;
  z-index: var(--bellhop-z-index, 1000);
  inset-block-start: calc(100% + 8px);
  inset-inline-end: 0;
  inline-size: min(var(--bellhop-width, 360px), calc(100vw - 16px));
  max-block-size: min(var(--bellhop-max-height, 480px), 75vh);
  display: flex;
  flex-direction: column;
  overflow: hidden;
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  background: var(--_surface);
  color: var(--_text);
  box-shadow: var(--bellhop-shadow, 0 12px 32px rgb(0 0 0 / .18), 0 2px 6px rgb(0 0 0 / .1));
}
#panel.start { inset-inline: 0 auto; }
#panel.above { inset-block: auto calc(100% + 8px); }
#panel:focus { outline: none; }
#header { display: flex; align-items: center; gap: 8px; min-block-size: 48px; padding: 8px 16px; border-block-end: 1px solid var(--_border); }
h2 { flex: 1; margin: 0; font-size: 15px; font-weight: 600; }
#mark, #more { padding: 6px 10px; border-radius: calc(var(--_radius) / 2); color: var(--_accent); font-weight: 500; }
#mark { margin-inline-end: -10px; }
#mark:hover, #more:hover { background: var(--_hover); }
#status { margin: 0; padding: 8px 16px; background: var(--_hover); color: var(--_muted); font-size: 13px; }
#scroll { overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; }
#empty { margin: 0; padding: 40px 16px; color: var(--_muted); text-align: center; }
ul { margin: 0; padding: 0; list-style: none; }
li + li { border-block-start: 1px solid var(--_border); }
.item {
  display: grid;
  grid-template-columns: 1fr auto;
  gap: 2px 12px;
  padding: 12px 16px;
  padding-inline-start: 28px;
  position: relative;
  color: inherit;
  text-decoration: none;
}
.item:hover, .item:focus { background: var(--_hover); }
.item .title { font-weight: 500; overflow-wrap: anywhere; }
a.item .title { color: var(--_accent); }
.item.unread .title { font-weight: 650; }
.item .text {
  grid-column: 1 / -1;
  margin: 0;
  color: var(--_muted);
  overflow-wrap: anywhere;
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 4;
  overflow: hidden;
}
.item time { color: var(--_muted); font-size: 12px; line-height: 20px; white-space: nowrap; }
.dot { position: absolute; inset-block-start: 18px; inset-inline-start: 12px; inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--_accent); forced-color-adjust: none; }
#more { display: block; margin: 8px auto; }

@media (max-width: 480px) {
  #panel, #panel.start, #panel.above { position: fixed; inset-inline: 8px; inline-size: auto; inset-block: auto 8px; }
}
@media (prefers-reduced-motion: no-preference) {
  #panel { animation: appear .14s ease-out; }
  #bell.news svg { animation: ring .7s ease-in-out; transform-origin: 50% 10%; }
  @keyframes appear { from { opacity: 0; translate: 0 -4px; } }
  @keyframes ring { 20% { rotate: 14deg; } 40% { rotate: -11deg; } 60% { rotate: 7deg; } 80% { rotate: -4deg; } }
}
@media (forced-colors: active) {
  .dot { background: Highlight; }
  #badge { border: 1px solid; }
}
`;

/** @type {CSSStyleSheet | undefined} adopted, not a style element: a strict content security policy allows it */
let sheet;
function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

/**
 * An HTML element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Record<string, string>} [attributes] @param {(Node | string)[]} children
 */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children); // strings become text
  return made;
}

function bellIcon() {
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

export class BellhopBell extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = Object.keys(WORDS);

  /**
   * What to show of a message, if not what `data` says; null hides it from the list.
   *
   * @type {((message: Entry) => Description | null) | undefined}
   */
  describe;

  /** @type {Bellhop | undefined} */
  #hop;
  /** @type {(() => void)[]} what undoes the subscriptions */
  #undo = [];
  /** @type {string | undefined} whose inbox is shown */
  #user;
  /** @type {Map<string, Entry>} newest first */
  #entries = new Map();
  /** @type {string | null} up to here there are no dots */
  #seen = null;
  /** @type {string | null | undefined} where the next page of the list begins; undefined: nothing is loaded */
  #next;
  #loading = 0; // number of the latest request; answers to others are late
  #busy = false;
  #failed = false;
  /** @type {string[]} titles not announced yet */
  #news = [];
  #newsTimer = 0;
  #clock = 0;

  #badge = element('span', { id: 'badge', part: 'badge', 'aria-hidden': 'true', hidden: '' });
  #bell = element('button', { id: 'bell', part: 'button', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', 'aria-controls': 'panel' }, bellIcon(), this.#badge);
  #heading = element('h2', { id: 'heading', part: 'title' });
  #mark = element('button', { id: 'mark', part: 'mark-read', type: 'button', hidden: '' });
  #status = element('p', { id: 'status', part: 'status', role: 'status', hidden: '' });
  #empty = element('p', { id: 'empty' });
  #list = element('ul', { id: 'list', part: 'list', role: 'list' });
  #more = element('button', { id: 'more', part: 'more', type: 'button', hidden: '' });
  #panel = element('div', { id: 'panel', part: 'panel', role: 'dialog', 'aria-labelledby': 'heading', tabindex: '-1', hidden: '' },
    // why no header element: it would be a second banner of the page
    element('div', { id: 'header', part: 'header' }, this.#heading, this.#mark), this.#status,
    element('div', { id: 'scroll' }, this.#empty, this.#list, this.#more));
  #voice = element('div', { class: 'hidden', 'aria-live': 'polite' });

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styles()];
    root.append(this.#bell, this.#panel, this.#voice);
    this.#bell.onclick = () => (this.open ? this.#close() : this.#open());
    this.#mark.onclick = () => {
      this.#markRead();
      this.#seen = this.#newest();
      this.#showDots();
      this.#panel.focus();
    };
    this.#more.onclick = () => this.#load(this.#next ?? undefined);
    this.#list.onclick = (event) => this.#select(event);
    this.onkeydown = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    this.addEventListener('focusout', (event) => {
      if (this.open && event.relatedTarget && event.relatedTarget !== this) this.#close();
    });
  }

  // --- the page's side

  /** The connection; set it before the element is in the page to use another than `Bellhop.shared()`. */
  get hop() {
    return this.#hop;
  }

  set hop(hop) {
    this.#unsubscribe();
    this.#hop = hop;
    this.#user = undefined;
    this.#forget();
    if (this.isConnected) this.#subscribe();
  }

  /** Whether the list is shown. */
  get open() {
    return !this.#panel.hidden;
  }

  connectedCallback() {
    if (Object.hasOwn(this, 'hop')) { // set before this module was loaded
      const { hop } = this;
      delete (/** @type {any} */ (this).hop);
      this.#hop = hop;
    }
    this.#hop ??= Bellhop.shared({ base: this.getAttribute('base') ?? undefined });
    this.#subscribe();
  }

  disconnectedCallback() {
    this.#close();
    this.#unsubscribe();
    clearTimeout(this.#newsTimer);
  }

  attributeChangedCallback() {
    this.#showWords();
  }

  #subscribe() {
    const hop = this.#hop;
    this.#unsubscribe();
    if (!hop) return;
    const outside = (/** @type {Event} */ event) => event.composedPath().includes(this) || this.#close();
    const visible = () => this.#markReadIfSeen();
    document.addEventListener('pointerdown', outside);
    document.addEventListener('visibilitychange', visible);
    this.#undo = [
      hop.on('unread', () => this.#showWords()),
      hop.on('state', () => this.#showWords()),
      hop.on('read', ({ id }) => this.#readElsewhere(id)),
      hop.on('login', (answer) => this.#loggedIn(answer)),
      hop.on('*', (data, message) => this.#arrived(message)),
      () => document.removeEventListener('pointerdown', outside),
      () => document.removeEventListener('visibilitychange', visible),
    ];
    this.#showWords();
  }

  /** @param {import('./bellhop.js').LoginAnswer} answer */
  #loggedIn({ user_id, recovered }) {
    const another = this.#user !== undefined && this.#user !== user_id;
    this.#user = user_id;
    if (another) this.#forget();
    if (this.open && (another || !recovered)) this.#load();
  }

  /** Another user's inbox is not to be seen, not even for a moment. */
  #forget() {
    this.#loading++;
    this.#busy = false;
    this.#next = undefined;
    this.#seen = null;
    this.#entries.clear();
    this.#list.replaceChildren();
  }

  #unsubscribe() {
    for (const undo of this.#undo.splice(0)) undo();
  }

  // --- words

  /** @param {keyof typeof WORDS} name @param {Record<string, string | number>} [values] */
  #word(name, values = {}) {
    return (this.getAttribute(name) ?? WORDS[name]).replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));
  }

  #showWords() {
    const { unread = 0, state = 'connecting' } = this.#hop ?? {};
    const label = this.#word('label');
    this.#bell.setAttribute('aria-label', unread ? `${label}, ${this.#word('label-unread', { n: unread })}` : label);
    this.#bell.dataset.state = state;
    this.#badge.textContent = unread > 99 ? '99+' : String(unread);
    this.#badge.hidden = !unread;
    this.#heading.textContent = label;
    this.#mark.textContent = this.#word('label-mark-read');
    this.#mark.hidden = !this.hasAttribute('manual') || !unread;
    this.#more.textContent = this.#word(this.#failed ? 'label-retry' : 'label-more');
    this.#more.hidden = !this.#failed && !this.#next;
    this.#empty.textContent = this.#word(this.#busy ? 'label-loading' : 'label-empty');
    this.#empty.hidden = this.#entries.size > 0 || this.#failed;
    const problem = state === 'closed' ? 'label-closed' : this.#failed ? 'label-error' : state === 'waiting' ? 'label-waiting' : undefined;
    this.#status.hidden = !problem;
    this.#status.textContent = problem ? this.#word(problem) : '';
  }

  get #lang() {
    const tag = this.closest('[lang]')?.getAttribute('lang') || navigator.language;
    try {
      return Intl.getCanonicalLocales(tag)[0];
    } catch {
      return undefined;
    }
  }

  // --- the list

  /** @param {string} [before] */
  async #load(before) {
    const number = ++this.#loading;
    this.#busy = true;
    this.#failed = false;
    this.#showWords();
    const known = new Set(this.#entries.keys());
    const hadFocus = this.shadowRoot?.activeElement === this.#more;
    try {
      const url = new URL('api/me/messages', this.#hop?.base);
      url.searchParams.set('limit', String(PAGE_SIZE));
      if (before) url.searchParams.set('before', before);
      const response = await fetch(url, { credentials: 'include', headers: { Accept: 'application/json' } });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const { messages, next, read } = await response.json();
      if (number !== this.#loading) return;
      if (!before) {
        // what has come since the request was made is not in the answer
        const newest = messages[0]?.id;
        const later = [...this.#entries.values()].filter(({ id }) => !known.has(id) && isAfter(id, newest));
        this.#entries = new Map(later.map((entry) => [entry.id, entry]));
        if (this.#seen === null || (read && isAfter(read, this.#seen))) this.#seen = read;
      }
      for (const entry of messages) this.#entries.set(entry.id, entry);
      this.#next = next;
    } catch {
      if (number !== this.#loading) return;
      this.#failed = true;
    }
    this.#busy = false;
    const shown = this.#list.childElementCount;
    this.#showList(!before);
    this.#showWords();
    if (hadFocus && !this.#failed) this.#items()[shown]?.focus(); // the button may be gone
    this.#markReadIfSeen();
  }

  /** @param {boolean} anew */
  #showList(anew) {
    const focused = this.#focused();
    const id = focused?.dataset.id;
    const items = [...this.#entries.values()].map((entry) => this.#item(entry)).filter((item) => item !== null);
    if (anew) this.#list.replaceChildren(...items);
    else this.#list.append(...items.slice(this.#list.childElementCount));
    if (anew && focused) (this.#items().find((item) => item.dataset.id === id) ?? this.#panel).focus();
    this.#rove();
  }

  /** @param {Entry} entry */
  #item(entry) {
    const described = this.describe ? this.describe(entry) : entry.data;
    if (this.describe && described === null) return null;
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
    this.#showDot(item);
    return element('li', {}, item);
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

  #showDots() {
    for (const item of this.#items()) this.#showDot(item);
  }

  #showTimes() {
    for (const time of this.#list.querySelectorAll('time')) {
      if (time.dateTime) time.textContent = ago(Date.parse(time.dateTime), Date.now(), this.#lang);
    }
  }

  /** @param {Message} message */
  #arrived({ id, msg_type, data }) {
    if (!id || this.#entries.has(id)) return;
    const entry = { id, msg_type, data, at: Date.now() };
    if (this.#next !== undefined || this.#busy) {
      const newest = this.#newest();
      if (newest && !isAfter(id, newest)) return; // replayed: the list has it, or a later page of it
      this.#entries = new Map([[id, entry], ...this.#entries]);
      const item = this.#item(entry);
      if (item) this.#list.prepend(item);
      this.#rove();
    }
    const described = this.describe ? this.describe(entry) : data;
    if (this.describe && described === null) return;
    this.#announce(wording(entry, described).title);
    this.#showWords();
    this.#markReadIfSeen();
  }

  /** @param {string} title */
  #announce(title) {
    this.#news.push(title);
    clearTimeout(this.#newsTimer);
    this.#newsTimer = window.setTimeout(() => {
      const news = this.#news.splice(0);
      this.#voice.textContent = news.length > 1
        ? this.#bell.getAttribute('aria-label')
        : this.#word('label-new', { title: news[0] });
      this.#bell.classList.remove('news');
      void this.#bell.offsetWidth; // lets the animation start again
      this.#bell.classList.add('news');
    }, NEWS_PAUSE);
  }

  // --- read

  /** @returns {string | null} */
  #newest() {
    return this.#entries.keys().next().value ?? null;
  }

  #markRead() {
    const newest = this.#newest();
    if (newest && this.#hop?.unread) this.#hop.read(newest);
  }

  /** What is on the screen of a page that somebody looks at has been read. */
  #markReadIfSeen() {
    if (this.open && !this.#busy && !this.hasAttribute('manual') && document.visibilityState === 'visible') this.#markRead();
  }

  /** @param {string} id */
  #readElsewhere(id) {
    if (isAfter(id, this.#seen)) this.#seen = id;
    this.#showDots();
  }

  // --- opening, closing, moving about

  #open() {
    this.#panel.hidden = false;
    this.#bell.setAttribute('aria-expanded', 'true');
    this.#place();
    this.#panel.focus();
    this.#clock = window.setInterval(() => this.#showTimes(), 30_000);
    this.#load();
  }

  #close() {
    if (!this.open) return;
    if (this.shadowRoot?.activeElement) this.#bell.focus();
    this.#panel.hidden = true;
    this.#bell.setAttribute('aria-expanded', 'false');
    clearInterval(this.#clock);
    if (!this.hasAttribute('manual')) {
      this.#seen = this.#newest() ?? this.#seen;
      this.#showDots();
    }
  }

  /** Opens towards where there is room. */
  #place() {
    const { left, right, top, bottom } = this.#bell.getBoundingClientRect();
    const { direction } = getComputedStyle(this);
    const before = direction === 'rtl' ? innerWidth - left : right;
    this.#panel.classList.toggle('start', before < this.#panel.offsetWidth && before < innerWidth / 2);
    this.#panel.classList.toggle('above', innerHeight - bottom < 240 && top > innerHeight - bottom);
  }

  /** @returns {HTMLElement[]} */
  #items() {
    return [...this.#list.querySelectorAll('.item')].filter((item) => item instanceof HTMLElement);
  }

  #focused() {
    const focused = this.shadowRoot?.activeElement;
    return focused instanceof HTMLElement && focused.matches('.item') ? focused : undefined;
  }

  /** One item takes part in the tab order: the focused one, else the first. @param {HTMLElement} [to] */
  #rove(to = this.#focused() ?? this.#items()[0]) {
    for (const item of this.#items()) item.tabIndex = item === to ? 0 : -1;
    return to;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    if (!this.open) {
      if (key !== 'ArrowDown') return;
      this.#open();
    } else if (key === 'Escape') {
      this.#panel.focus(); // so that the focus goes back to the bell, wherever it was
      this.#close();
    } else if (['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(key)) {
      const items = this.#items();
      const focused = this.#focused();
      const at = focused ? items.indexOf(focused) : -1;
      const to = { ArrowDown: at + 1, ArrowUp: Math.max(0, at - 1), Home: 0, End: items.length - 1 }[key] ?? 0;
      this.#rove(items[Math.min(to, items.length - 1)])?.focus();
    } else if ((key === ' ' || key === 'Enter') && this.#focused()) {
      this.#focused()?.click();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Event} event */
  #select(event) {
    const item = event.target instanceof Element ? event.target.closest('.item') : null;
    const entry = item instanceof HTMLElement ? this.#entries.get(item.dataset.id ?? '') : undefined;
    if (!entry) return;
    const select = new CustomEvent('bellhop-select', { detail: entry, bubbles: true, composed: true, cancelable: true });
    if (!this.dispatchEvent(select)) event.preventDefault();
  }
}

globalThis.customElements?.get('bellhop-bell') ?? globalThis.customElements?.define('bellhop-bell', BellhopBell);

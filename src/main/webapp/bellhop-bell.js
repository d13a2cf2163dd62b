/**
 * `<bellhop-bell>`: a bell with the number of unread messages, and a list of the user's inbox.
 *
 *     <script type="module" src="/bellhop/bellhop-bell.js"></script>
 *     <bellhop-bell></bellhop-bell>
 *
 * Shows kept messages: `data.title`, `data.text` and a link to `data.url`; what lacks a title shows its `msg_type`. All of it
 * is text, never HTML. Opening the list marks everything as read on all of the user's pages; the dots stay until it is closed.
 * The list holds the newest 100 messages; "Show more" loads older ones.
 *
 * Attributes: `base` (Bellhop's folder, if this module lies elsewhere), `manual` (a button marks as read, not opening),
 * `theme` (`light`, `dark`, `auto`; else the page's `color-scheme`), and labels: see WORDS. Properties: `hop`, `describe`.
 * Event `bellhop-select` (cancelable, `detail` the message): the user chose a message; its link is followed next.
 * Look: custom properties `--bellhop-…` (see `:host` in bellhop-bell-style.js), and the parts button, badge, panel, header,
 * title, mark-read, status, list, item, item-title, item-text, item-time, dot, more.
 *
 * It uses `Bellhop.shared()`, so a page that does as well has one connection for both.
 *
 * This file is the element: the bell, and the panel that opens below it. bellhop-bell-inbox.js knows what is in the list,
 * bellhop-bell-list.js shows it, bellhop-bell-words.js has what is said and bellhop-bell-style.js how it looks.
 *
 * @typedef {import('./bellhop-bell.js').BellhopBellMessage} Entry
 * @typedef {import('./bellhop-bell-words.js').Description} Description
 * @typedef {import('./bellhop-bell-words.js').Label} Label
 */
import { Bellhop } from './bellhop.js';
import { bellIcon, element } from './bellhop-bell-html.js';
import { BellInbox } from './bellhop-bell-inbox.js';
import { BellList } from './bellhop-bell-list.js';
import { styleSheet } from './bellhop-bell-style.js';
import { WORDS, wording } from './bellhop-bell-words.js';

const NEWS_PAUSE = 400; // ms; what comes in a burst is announced together

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
  /** @type {(() => void)[]} what undoes the subscriptions to the page */
  #undo = [];
  /** @type {string | undefined} the first title that has not been announced yet */
  #news;
  #newsCount = 0;
  #newsTimer = 0;
  #clock = 0;

  #badge = element('span', { id: 'badge', part: 'badge', 'aria-hidden': 'true', hidden: '' });
  #bell = element('button', { id: 'bell', part: 'button', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', 'aria-controls': 'panel' }, bellIcon(), this.#badge);
  #heading = element('h2', { id: 'heading', part: 'title' });
  #mark = element('button', { id: 'mark', part: 'mark-read', type: 'button', hidden: '' });
  #status = element('p', { id: 'status', part: 'status', role: 'status', hidden: '' });
  #empty = element('p', { id: 'empty' });
  #list = new BellList((word) => this.#word(word));
  #more = element('button', { id: 'more', part: 'more', type: 'button', hidden: '' });
  #panel = element('div', { id: 'panel', part: 'panel', role: 'dialog', 'aria-labelledby': 'heading', tabindex: '-1', hidden: '' },
    // why no header element: it would be a second banner of the page
    element('div', { id: 'header', part: 'header' }, this.#heading, this.#mark), this.#status,
    element('div', { id: 'scroll' }, this.#empty, this.#list.root, this.#more));
  #voice = element('div', { class: 'hidden', 'aria-live': 'polite' });

  #inbox = new BellInbox(this.#view());

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styleSheet()];
    root.append(this.#bell, this.#panel, this.#voice);
    this.#bell.onclick = () => (this.open ? this.#close() : this.#open());
    this.#mark.onclick = () => {
      this.#inbox.markRead();
      this.#inbox.markSeen();
      this.#panel.focus();
    };
    this.#more.onclick = () => this.#inbox.loadMore();
    this.#list.root.onclick = (event) => this.#select(event);
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
    this.#inbox.forget();
    this.#hop = hop;
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
    this.#unsubscribe();
    if (!this.#hop) return;
    const outside = (/** @type {Event} */ event) => event.composedPath().includes(this) || this.#close();
    const visible = () => this.#markReadIfSeen();
    document.addEventListener('pointerdown', outside);
    document.addEventListener('visibilitychange', visible);
    this.#undo = [
      () => document.removeEventListener('pointerdown', outside),
      () => document.removeEventListener('visibilitychange', visible),
    ];
    this.#inbox.subscribe(this.#hop);
    this.#showWords();
  }

  #unsubscribe() {
    this.#inbox.unsubscribe();
    for (const undo of this.#undo.splice(0)) undo();
  }

  // --- what the inbox tells

  /** @returns {import('./bellhop-bell-inbox.js').View} */
  #view() {
    const bell = this;
    return {
      get open() {
        return bell.open;
      },
      describe: (entry) => (this.describe ? this.describe(entry) : Object(entry.data)),
      renewed: (rows) => {
        this.#list.speak(this.#lang);
        this.#list.showDots(this.#inbox.seen);
        if (this.#list.renew(rows)) this.#panel.focus();
      },
      extended: (rows) => {
        const hadFocus = this.shadowRoot?.activeElement === this.#more;
        const first = this.#list.extend(rows);
        if (hadFocus) first?.focus(); // the button may be gone
      },
      arrived: (row) => this.#list.add(row),
      dropped: (id) => this.#list.drop(id),
      seen: () => this.#list.showDots(this.#inbox.seen),
      changed: () => this.#showWords(),
      upToDate: () => this.#markReadIfSeen(),
      news: ({ entry, described }) => this.#announce(wording(entry, described).title),
    };
  }

  /** What is on the screen of a page that somebody looks at has been read. */
  #markReadIfSeen() {
    if (this.open && !this.#inbox.busy && !this.hasAttribute('manual') && document.visibilityState === 'visible') this.#inbox.markRead();
  }

  /** @param {string} title */
  #announce(title) {
    this.#news ??= title;
    this.#newsCount++;
    clearTimeout(this.#newsTimer);
    this.#newsTimer = window.setTimeout(() => {
      this.#voice.textContent = this.#newsCount > 1
        ? this.#bell.getAttribute('aria-label')
        : this.#word('label-new', { title: this.#news ?? '' });
      this.#news = undefined;
      this.#newsCount = 0;
      this.#bell.classList.remove('news');
      void this.#bell.offsetWidth; // lets the animation start again
      this.#bell.classList.add('news');
    }, NEWS_PAUSE);
  }

  // --- words

  /** @param {Label} name @param {Record<string, string | number>} [values] */
  #word(name, values = {}) {
    return (this.getAttribute(name) ?? WORDS[name]).replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ''));
  }

  #showWords() {
    const { unread = 0, state = 'connecting' } = this.#hop ?? {};
    const { busy, failed, hasMore, size } = this.#inbox;
    const label = this.#word('label');
    this.#bell.setAttribute('aria-label', unread ? `${label}, ${this.#word('label-unread', { n: unread })}` : label);
    this.#bell.dataset.state = state;
    this.#badge.textContent = unread > 99 ? '99+' : String(unread);
    this.#badge.hidden = !unread;
    this.#heading.textContent = label;
    this.#mark.textContent = this.#word('label-mark-read');
    this.#mark.hidden = !this.hasAttribute('manual') || !unread;
    this.#more.textContent = this.#word(failed ? 'label-retry' : 'label-more');
    this.#more.hidden = !failed && !hasMore;
    this.#empty.textContent = this.#word(busy ? 'label-loading' : 'label-empty');
    this.#empty.hidden = size > 0 || failed || (hasMore && !busy);
    const problem = state === 'closed' ? 'label-closed' : failed ? 'label-error' : state === 'waiting' ? 'label-waiting' : undefined;
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

  // --- opening, closing, moving about

  #open() {
    this.#panel.hidden = false;
    this.#bell.setAttribute('aria-expanded', 'true');
    this.#place();
    this.#panel.focus();
    this.#clock = window.setInterval(() => this.#list.showTimes(), 30_000);
    this.#inbox.load();
  }

  #close() {
    if (!this.open) return;
    if (this.shadowRoot?.activeElement) this.#bell.focus();
    this.#panel.hidden = true;
    this.#bell.setAttribute('aria-expanded', 'false');
    clearInterval(this.#clock);
    if (!this.hasAttribute('manual')) this.#inbox.markSeen();
  }

  /** Opens towards where there is room. */
  #place() {
    const { left, right, top, bottom } = this.#bell.getBoundingClientRect();
    const { direction } = getComputedStyle(this);
    const before = direction === 'rtl' ? innerWidth - left : right;
    this.#panel.classList.toggle('start', before < this.#panel.offsetWidth && before < innerWidth / 2);
    this.#panel.classList.toggle('above', innerHeight - bottom < 240 && top > innerHeight - bottom);
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
      this.#list.at(key)?.focus();
    } else if ((key === ' ' || key === 'Enter') && this.#list.focused) {
      this.#list.focused.click();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Event} event */
  #select(event) {
    const item = event.target instanceof Element ? event.target.closest('.item') : null;
    const entry = item instanceof HTMLElement ? this.#inbox.entry(item.dataset.id ?? '') : undefined;
    if (!entry) return;
    const select = new CustomEvent('bellhop-select', { detail: entry, bubbles: true, composed: true, cancelable: true });
    if (!this.dispatchEvent(select)) event.preventDefault();
  }
}

globalThis.customElements?.get('bellhop-bell') ?? globalThis.customElements?.define('bellhop-bell', BellhopBell);

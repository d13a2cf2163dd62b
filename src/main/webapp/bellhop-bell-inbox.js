/**
 * What `<bellhop-bell>` knows of the user's inbox: pages of it from the API, and what arrives on the connection. Shows nothing
 * itself: it tells a view, and needs no page.
 *
 * It holds the newest 100 messages, or more if the user has asked for older ones. A message that arrives then drops the oldest,
 * so its cost and memory do not depend on how long the page has been open.
 *
 * @typedef {import('./bellhop.js').Bellhop} Bellhop
 * @typedef {import('./bellhop.js').Message<any>} Message
 * @typedef {import('./bellhop-bell.js').BellhopBellMessage} Entry
 * @typedef {import('./bellhop-bell-words.js').Description} Description
 * @typedef {{entry: Entry, described: Description}} Row a message of the list
 *
 * @typedef {object} View
 * @property {(entry: Entry) => Description | null} describe null: it is not listed
 * @property {(rows: Row[]) => void} renewed the whole list, newest first
 * @property {(rows: Row[]) => void} extended at its end
 * @property {(row: Row) => void} arrived at its beginning
 * @property {(id: string) => void} dropped from its end
 * @property {() => void} seen the user has seen more of it
 * @property {() => void} changed anything that is told in words: unread, state, busy, failed
 * @property {() => void} upToDate all that is known is listed
 * @property {(row: Row) => void} news of an arrival, whether the list is loaded or not
 * @property {boolean} open whether the list is shown
 */

const PAGE_SIZE = 20;
/** As many are listed, unless the user asks for older ones. */
export const NEWEST = 100;
const PATIENCE = 30_000; // ms; a request that is not answered must not keep the list busy for ever

/** Whether position a comes after b; everything comes after none. @param {string} a @param {string | null | undefined} b */
export function isAfter(a, b) {
  if (!b) return true;
  const [[aEpoch, aOffset], [bEpoch, bOffset]] = [a.split('-').map(Number), b.split('-').map(Number)];
  return aEpoch > bEpoch || (aEpoch === bEpoch && aOffset > bOffset);
}

/** @param {Row[]} rows @returns {Map<string, Row>} */
const byId = (rows) => new Map(rows.map((row) => [row.entry.id, row]));

export class BellInbox {
  /** @type {string | null} up to here there are no dots */
  seen = null;
  busy = false;
  failed = false;

  /** @type {View} */
  #view;
  /** @type {Bellhop | undefined} */
  #hop;
  /** @type {(() => void)[]} what undoes the subscriptions */
  #undo = [];
  /** @type {string | undefined} whose inbox it is */
  #user;
  /** @type {Map<string, Row>} oldest first, so that adding the newest and dropping the oldest cost the same however many there are */
  #rows = new Map();
  #most = NEWEST;
  /** @type {string | null} the newest message that is known of, listed or not */
  #newest = null;
  /** @type {string | null | undefined} where the next page of the list begins; null: there is none; undefined: nothing is loaded */
  #next;
  #request = 0; // number of the latest; answers to others are late
  /** @type {string | undefined} before which message it asks */
  #before;

  /** @param {View} view */
  constructor(view) {
    this.#view = view;
  }

  /** How many are listed. */
  get size() {
    return this.#rows.size;
  }

  get hasMore() {
    return !!this.#next;
  }

  /** @param {string} id */
  entry(id) {
    return this.#rows.get(id)?.entry;
  }

  // --- the connection

  /** @param {Bellhop} hop */
  subscribe(hop) {
    this.unsubscribe();
    if (this.#hop !== hop) {
      this.#hop = hop;
      this.#user = hop.user;
      this.forget();
    }
    this.#undo = [
      hop.on('unread', () => this.#view.changed()),
      hop.on('state', () => this.#view.changed()),
      hop.on('read', ({ id }) => this.#readElsewhere(id)),
      hop.on('login', (answer) => this.#loggedIn(answer)),
      hop.on('*', (data, message) => this.#arrived(message)),
    ];
  }

  unsubscribe() {
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** @param {import('./bellhop.js').LoginAnswer} answer */
  #loggedIn({ user_id, recovered }) {
    const another = this.#user !== undefined && this.#user !== user_id;
    this.#user = user_id;
    // why forget what was not recovered: Redis may have lost it, and may number anew from a lower position
    if (another || !recovered) {
      this.forget();
      if (this.#view.open) this.load();
    }
  }

  /** Another user's inbox must not be seen, not even for a moment. */
  forget() {
    this.#request++;
    this.busy = this.failed = false;
    this.#next = undefined;
    this.#newest = this.seen = null;
    this.#most = NEWEST;
    this.#rows.clear();
    this.#view.renewed([]);
  }

  /** @param {Message} message */
  #arrived({ id, msg_type, data }) {
    if (!id || !isAfter(id, this.#newest)) return; // not kept; or replayed, and the list has it or a later page of it
    this.#newest = id;
    const entry = { id, msg_type, data, at: Date.now() };
    const described = this.#describe(entry);
    if (described !== null) {
      const row = { entry, described };
      if (this.#next !== undefined || this.busy) this.#add(row);
      this.#view.news(row);
    }
    this.#view.changed();
    this.#view.upToDate();
  }

  /** @param {Row} row */
  #add(row) {
    this.#rows.set(row.entry.id, row);
    this.#view.arrived(row);
    if (this.#rows.size <= this.#most) return;
    const [oldest] = this.#rows.keys();
    this.#rows.delete(oldest);
    [this.#next] = this.#rows.keys(); // the answer comes without the message that is named
    this.#view.dropped(oldest);
  }

  // --- the API

  /** Loads the newest messages anew. */
  load() {
    return this.#load(undefined);
  }

  /** Loads older messages than those that are listed; after a failure, tries the same again. */
  loadMore() {
    this.#most += PAGE_SIZE; // why before the answer: what arrives meanwhile must not drop what the answer continues
    return this.#load(this.failed ? this.#before : this.#next ?? undefined);
  }

  /** @param {string} [before] */
  async #load(before) {
    const number = ++this.#request;
    this.#before = before;
    this.busy = true;
    this.failed = false;
    this.#view.changed();
    const known = new Set(this.#rows.keys());
    try {
      const { messages, next, read } = await this.#ask(before);
      if (number !== this.#request) return;
      const rows = this.#described(messages);
      if (!before) this.#renew(rows, messages[0]?.id, known, next, read);
      else if (this.#next === before) this.#extend(rows, next); // else so much has arrived that the answer does not join
    } catch {
      if (number !== this.#request) return;
      this.failed = true;
    }
    this.busy = false;
    this.#view.changed();
    this.#view.upToDate();
  }

  /** @param {string} [before] */
  async #ask(before) {
    const url = new URL('api/me/messages', this.#hop?.base);
    url.searchParams.set('limit', String(PAGE_SIZE));
    if (before) url.searchParams.set('before', before);
    const response = await fetch(url, { credentials: 'include', headers: { Accept: 'application/json' }, signal: AbortSignal.timeout?.(PATIENCE) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const answer = await response.json();
    // why: the cookie says whose list it is, and somebody else may have logged in in another tab
    const user = this.#hop?.user ?? this.#user ?? answer.user_id;
    if (answer.user_id !== user) throw new Error("another user's list");
    this.#user = user;
    return answer;
  }

  /** @param {Entry} entry */
  #describe(entry) {
    try {
      return this.#view.describe(entry);
    } catch (e) {
      (globalThis.reportError ?? console.error)(e); // the page's own fault in one message is no reason to show none
      return Object(entry.data);
    }
  }

  /** @param {Entry[]} messages @returns {Row[]} */
  #described(messages) {
    return messages.flatMap((entry) => {
      const described = this.#describe(entry);
      return described === null ? [] : { entry, described };
    });
  }

  /**
   * @param {Row[]} rows @param {string | undefined} newest @param {Set<string>} known
   * @param {string | null} next @param {string | null} read
   */
  #renew(rows, newest, known, next, read) {
    // what has come since the request was made is not in the answer
    const later = [...this.#rows.values()].filter(({ entry: { id } }) => !known.has(id) && isAfter(id, newest));
    this.#rows = byId([...rows.reverse(), ...later]);
    this.#most = Math.max(NEWEST, this.#rows.size);
    this.#next = next;
    if (newest && isAfter(newest, this.#newest)) this.#newest = newest;
    if (this.seen === null || (read && isAfter(read, this.seen))) this.seen = read;
    this.#view.renewed([...this.#rows.values()].reverse());
  }

  /** @param {Row[]} rows @param {string | null} next */
  #extend(rows, next) {
    this.#rows = byId([...[...rows].reverse(), ...this.#rows.values()]);
    this.#most = Math.max(NEWEST, this.#rows.size);
    this.#next = next;
    this.#view.extended(rows);
  }

  // --- read

  /** The user has read all that is listed. */
  markRead() {
    if (this.#next !== undefined && this.#newest && this.#hop?.unread) this.#hop.read(this.#newest);
  }

  /** The user has seen all that is listed. */
  markSeen() {
    if (this.#next !== undefined && this.#newest) this.seen = this.#newest;
    this.#view.seen();
  }

  /** @param {string} id */
  #readElsewhere(id) {
    if (isAfter(id, this.seen)) this.seen = id;
    this.#view.seen();
  }
}

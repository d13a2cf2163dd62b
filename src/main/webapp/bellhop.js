/**
 * The page's end of Bellhop: it logs in, comes back by itself and resumes where this tab left off. All tabs of a browser have
 * one connection where the browser has shared workers. No dependency, no build step. What it promises, and every type, is in
 * bellhop.d.ts.
 *
 * A page that needs whole numbers beyond 2^53 in `data` has them sent as strings: frames are read with JSON.parse.
 *
 * This file is what the page calls. bellhop-connection.js is a connection and bellhop-transport.js what it goes over;
 * bellhop-shared.js is a tab's part of the one connection that bellhop-worker.js holds.
 *
 * @typedef {import('./bellhop.js').Bellhop} Api
 * @typedef {import('./bellhop.js').Message<any>} Message
 */
import { Connection } from './bellhop-connection.js';
import { Outgoing } from './bellhop-outgoing.js';
// why these too: a browser then asks for all of them at once, not for one after another
import './bellhop-attempt.js';
import './bellhop-backoff.js';
import './bellhop-choice.js';
import './bellhop-line.js';
import './bellhop-lock.js';
import './bellhop-pace.js';
import './bellhop-retired.js';
import './bellhop-stream.js';
import './bellhop-timers.js';
import './bellhop-transport.js';
import { Unread } from './bellhop-position.js';
import { SharedConnection } from './bellhop-shared.js';

const QUEUE = 100;
const TRANSPORTS = ['websocket', 'sse'];

/** What this module itself emits: a message may have such a msg_type, but must not pass for the real thing. */
const OWN = ['*', 'open', 'close', 'login', 'unread', 'state', 'read', 'error'];
const PAGE = ['online', 'offline', 'pageshow', 'pagehide', 'freeze', 'resume', 'visibilitychange', 'focus'];

/** @implements {Api} */
export class Bellhop {
  /** @type {Bellhop | undefined} */
  static #shared;

  /** @param {import('./bellhop.js').BellhopOptions} [options] */
  static shared(options) {
    if (!this.#shared || this.#shared.state === 'closed') this.#shared = new Bellhop(options);
    return this.#shared;
  }

  /** @type {import('./bellhop.js').BellhopState} */
  state = 'connecting';
  /** @type {string | undefined} */
  user;

  /** @type {Map<string, Set<Function>>} */
  #handlers = new Map();
  #outgoing = new Outgoing();
  #unread = new Unread();
  /** @type {string | undefined} the last message's that was handed to the page */
  #position;
  /** @type {string | undefined} whose position it is */
  #owner;
  #avoidUntil = 0; // epoch milliseconds: no WebSocket got through
  #transports;
  /** @type {Connection | SharedConnection} */
  #connection;

  /** @param {import('./bellhop.js').BellhopOptions} [options] */
  constructor({ base, shared = true, transports = /** @type {any} */ (TRANSPORTS) } = {}) {
    // why import.meta.url: it is right behind any path prefix, and its scheme is the page's
    this.base = new URL(base ? base.replace(/\/?$/, '/') : '.', base ? document.baseURI : import.meta.url).href;
    this.#transports = TRANSPORTS.filter((kind) => transports.includes(/** @type {any} */ (kind)));
    if (!this.#transports.length) throw new TypeError("transports must hold 'websocket', 'sse' or both");
    try {
      [this.#owner, this.#position, this.#avoidUntil = 0] = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]');
    } catch {} // storage can be forbidden: then a reload resumes from what no page of the user has got
    // why capture: some of these are fired at the document and do not bubble
    for (const type of PAGE) globalThis.addEventListener?.(type, this.#onPage, true);
    this.#connection = shared && SharedConnection.possible()
      ? new SharedConnection(this.#options, this.#told, () => this.#fallBack())
      : new Connection(this.#options, this.#told);
    this.#connection.start();
  }

  get unread() {
    return this.#unread.count;
  }

  // --- what the page calls

  /** @param {string} type @param {(data: any, message: any) => void} handler */
  on(type, handler) {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers.add(handler));
    return () => this.off(type, handler);
  }

  /** @type {Api['off']} */
  off(type, handler) {
    this.#handlers.get(type)?.delete(handler);
  }

  /** @type {Api['send']} */
  send(msg_type, data) {
    if (this.state === 'closed' || this.#outgoing.length >= QUEUE) return false;
    this.#outgoing.add(JSON.stringify({ msg_type, data }), this.user);
    this.#connection.flush();
    return true;
  }

  /** @type {Api['read']} */
  read(id) {
    this.#unread.read(id);
    this.#emit('unread', this.unread);
    return this.send('read', { id });
  }

  close() {
    this.#connection.stop(1000, '');
  }

  // --- the connection

  get #options() {
    return { base: this.base, transports: this.#transports, owner: this.#owner, position: this.#position, avoidUntil: this.#avoidUntil };
  }

  /** There is no shared worker after all. */
  #fallBack() {
    if (this.state === 'closed') return;
    this.#connection = new Connection(this.#options, this.#told);
    this.#connection.start();
  }

  #onPage = (/** @type {Event} */ { type }) => {
    const connection = this.#connection;
    if (type === 'pagehide' || type === 'freeze') connection.hide(type === 'pagehide'); // an open WebSocket would keep the page out of the back/forward cache
    else if (type === 'offline') connection.offline();
    else {
      const shown = type === 'pageshow' || type === 'resume';
      if (!shown && (type === 'focus' ? !connection.parked : type !== 'online' && document.visibilityState !== 'visible')) return;
      connection.wake(type !== 'online', shown);
    }
  };

  /** @type {import('./bellhop-connection.js').Told} */
  #told = {
    state: (state) => {
      if (this.state === state) return;
      this.state = state;
      if (state === 'closed') {
        this.#outgoing.clear();
        for (const type of PAGE) globalThis.removeEventListener?.(type, this.#onPage, true);
      }
      this.#emit('state', state);
    },
    open: () => this.#emit('open'),
    close: (info) => this.#emit('close', info),
    login: (answer) => {
      const { user_id, from_id } = answer;
      this.#unread.answered(answer, this.#owner === user_id);
      if (this.#owner !== user_id) this.#position = undefined;
      this.#owner = this.user = user_id;
      if (from_id) this.#position = from_id;
      this.#keep();
      const dropped = this.#outgoing.only(user_id);
      this.#emit('login', answer);
      this.#emit('unread', this.unread);
      if (dropped) this.#emit('error', { code: 'other_user', message: `${dropped} frames of the user before were not sent` });
    },
    message: (message) => {
      const { id, msg_type: type, data } = message;
      if (id) {
        this.#position = id;
        this.#keep();
        if (this.#unread.arrived(id)) this.#emit('unread', this.unread);
      }
      if (!OWN.includes(type)) this.#emit(type, data, message);
      this.#emit('*', data, message);
    },
    read: (data) => {
      this.#unread.set(data.unread);
      this.#emit('unread', this.unread);
      this.#emit('read', data, { msg_type: 'read', data });
    },
    error: (data) => this.#emit('error', data, { msg_type: 'error', data }),
    outgoing: () => this.#outgoing.take(),
    avoid: (until) => {
      this.#avoidUntil = until;
      this.#keep();
    },
  };

  get #key() {
    return 'bellhop ' + this.base;
  }

  #keep() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify([this.#owner, this.#position, this.#avoidUntil]));
    } catch {}
  }

  // --- telling the page

  /** @param {string} type @param {unknown} [data] @param {Message} [message] */
  #emit(type, data, message) {
    for (const handler of [...(this.#handlers.get(type) ?? [])]) {
      try {
        handler(data, message);
      } catch (e) {
        (globalThis.reportError ?? console.error)(e); // the others are to hear of it all the same
      }
    }
  }
}

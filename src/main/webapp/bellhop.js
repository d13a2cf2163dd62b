/**
 * The page's end of Bellhop: one WebSocket that logs in, comes back by itself and resumes where this tab left off.
 * No dependency, no build step. What it promises, and every type, is in bellhop.d.ts.
 *
 * A page that needs whole numbers beyond 2^53 in `data` has them sent as strings: frames are read with JSON.parse.
 *
 * @typedef {import('./bellhop.js').Bellhop} Api
 * @typedef {import('./bellhop.js').Message<any>} Message
 */

// milliseconds
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const DRAIN_WAIT = 5_000; // a node that goes away sends all its pages elsewhere at once
const CHECK_WAIT = 100; // a login check is over as soon as the page is back
const STEADY = 5_000; // a connection that lasted this long was a good one
const ANSWER = 15_000; // for the handshake, and for the answer to login
const QUIET = 25_000; // nothing heard for so long: ask
const PONG = 10_000;
const PONG_OFFLINE = 2_000; // the browser may be wrong about having no network: ask, but not for long

const QUEUE = 100;
const BURST = 15; // frames a second from the queue: the server refuses more than 20

const LOGGED_OUT = 4401;
const DISCONNECTED = 4403;
const TOO_MANY = 4409;

/** What this module itself emits: a message may have such a msg_type, but must not pass for the real thing. */
const OWN = ['*', 'open', 'close', 'login', 'unread', 'state', 'read', 'error'];
const PAGE = ['online', 'offline', 'pageshow', 'pagehide', 'freeze', 'resume', 'visibilitychange', 'focus'];

/** @param {string} position `<epoch>-<offset>` */
const split = (position) => position.split('-').map(Number);

/** @param {string} a @param {string} b */
const compare = (a, b) => {
  const [x, y] = [split(a), split(b)];
  return x[0] - y[0] || x[1] - y[1];
};

const now = () => performance.now(); // why not Date: it jumps when the clock is set

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
  unread = 0;
  /** @type {string | undefined} */
  user;

  /** @type {Map<string, Set<Function>>} */
  #handlers = new Map();
  /** @type {string[]} */
  #queue = [];

  /** @type {WebSocket | undefined} */
  #socket;
  #opened = false;
  #loggedInAt = 0; // 0: not yet
  #heardAt = 0;
  #failures = 0; // attempts since the last steady connection: the backoff's exponent
  #refusals = 0; // attempts in a row that never opened
  #hidden = false; // frozen, or in the back/forward cache
  #parked = false; // waits for somebody to look at the page

  /** @type {string | undefined} the last message's that was handed to the page */
  #position;
  /** @type {string | undefined} whose position it is */
  #owner;
  #end = '0-0'; // of the inbox at login: up to here holes are messages that have expired
  #asking = false; // login sent, answer not there
  /** @type {string | undefined} what this page has called read */
  #read;
  /** @type {string | undefined} the position at which a gap last showed */
  #gap;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} the one deadline that a connection is under */
  #guard;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pacer;

  /** @param {import('./bellhop.js').BellhopOptions} [options] */
  constructor({ base } = {}) {
    // why import.meta.url: it is right behind any path prefix, and its scheme is the page's
    this.base = new URL(base ? base.replace(/\/?$/, '/') : '.', base ? document.baseURI : import.meta.url).href;
    try {
      [this.#owner, this.#position] = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]');
    } catch {} // storage can be forbidden: then a reload resumes from what no page of the user has got
    // why capture: some of these are fired at the document and do not bubble
    for (const type of PAGE) globalThis.addEventListener?.(type, this.#onPage, true);
    this.#connect();
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
    if (this.state === 'closed' || this.#queue.length >= QUEUE) return false;
    this.#queue.push(JSON.stringify({ msg_type, data }));
    this.#flush();
    return true;
  }

  /** @type {Api['read']} */
  read(id) {
    this.#read = id;
    this.#setUnread(this.unread);
    return this.send('read', { id });
  }

  close() {
    this.#stop(1000, '');
  }

  // --- connecting

  #connect() {
    clearTimeout(this.#retry);
    if (this.#hidden || this.#parked || globalThis.navigator?.onLine === false) {
      return this.#setState('waiting'); // #onPage comes back here
    }
    const socket = (this.#socket = new WebSocket(this.base.replace(/^http/, 'ws') + 'ws'));
    this.#opened = false;
    socket.onopen = () => {
      this.#opened = true;
      this.#refusals = 0;
      this.#login(this.#position);
      this.#emit('open');
    };
    socket.onmessage = (event) => this.#frame(event.data);
    socket.onclose = (event) => this.#lost(event.code, event.reason);
    this.#deadline(ANSWER, () => this.#lost(1006, 'no handshake'));
    this.#setState('connecting');
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    if (code === LOGGED_OUT || code === DISCONNECTED) return this.#stop(code, reason);
    if (this.#loggedInAt && now() - this.#loggedInAt > STEADY) this.#failures = 0;
    this.#drop();
    this.#parked = code === TOO_MANY; // coming back would throw out another tab, which would come back
    // full jitter: pages that lost the same server must not return in step
    const going = reason === 'login check' ? CHECK_WAIT : DRAIN_WAIT;
    const longest = code === 1001 ? going : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.#connect(), Math.random() * longest);
    // 1008: how some servers end a login, a moment before they know of it everywhere: then the next refusal counts
    if (code === 1008) this.#refusals = 1;
    if (code === 1008 || (!this.#opened && ++this.#refusals > 1)) this.#probe();
    this.#setState('waiting');
    if (this.#opened) this.#emit('close', { code, reason, willReconnect: true });
  }

  /** A browser hides why a handshake was refused; the API tells it. */
  async #probe() {
    try {
      const { status } = await fetch(this.base + 'api/me/messages?limit=1', { credentials: 'include', cache: 'no-store' });
      if (status === 401 && !this.#loggedInAt) this.#stop(LOGGED_OUT, 'not logged in');
    } catch {} // the server is away: the next attempt tells
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#loggedInAt = 0;
    clearTimeout(this.#guard);
    clearTimeout(this.#pacer);
    this.#pacer = undefined;
    if (!socket) return;
    // why not wait for onclose: over a dead network a browser takes minutes to give up
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {number} code @param {string} reason */
  #stop(code, reason) {
    if (this.state === 'closed') return;
    this.#drop();
    clearTimeout(this.#retry);
    this.#queue = [];
    for (const type of PAGE) globalThis.removeEventListener?.(type, this.#onPage, true);
    this.#setState('closed');
    this.#emit('close', { code, reason, willReconnect: false });
  }

  #onPage = (/** @type {Event} */ { type }) => {
    if (type === 'pagehide' || type === 'freeze') {
      this.#hidden = true;
      clearTimeout(this.#retry);
      // an open WebSocket would keep the page out of the back/forward cache
      if (type === 'pagehide') this.#drop();
      if (!this.#socket) this.#setState('waiting');
      return;
    }
    if (type === 'offline') {
      if (this.#loggedInAt && !this.#asking) this.#ping(PONG_OFFLINE);
      return;
    }
    if (type === 'pageshow' || type === 'resume') this.#hidden = false;
    else if (type === 'focus' ? !this.#parked : type !== 'online' && document.visibilityState !== 'visible') return;
    if (type !== 'online') this.#parked = false;
    if (!this.#socket) this.#connect();
    else if (this.#loggedInAt && !this.#asking && now() - this.#heardAt > STEADY) this.#ping(); // it may have died meanwhile
  };

  /** @param {number} wait @param {() => void} then */
  #deadline(wait, then) {
    clearTimeout(this.#guard);
    this.#guard = setTimeout(then, wait);
  }

  /** Waits for silence. Why not a new timer with every frame: there may be thousands of them. */
  #listen() {
    const wait = this.#heardAt + QUIET - now();
    this.#deadline(Math.max(0, wait), () => (now() - this.#heardAt < QUIET ? this.#listen() : this.#ping()));
  }

  #ping(patience = PONG) {
    const heardAt = this.#heardAt;
    this.#write({ msg_type: 'ping' });
    this.#deadline(patience, () => (this.#heardAt > heardAt ? this.#listen() : this.#lost(1006, 'silent')));
  }

  /** @param {object} frame */
  #write(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }

  #flush() {
    // readyState: what is given to a socket that is closing is gone without a word
    if (!this.#loggedInAt || this.#pacer || this.#socket?.readyState !== 1) return;
    for (const frame of this.#queue.splice(0, BURST)) this.#socket.send(frame);
    if (this.#queue.length) {
      this.#pacer = setTimeout(() => {
        this.#pacer = undefined;
        this.#flush();
      }, 1000);
    }
  }

  // --- what the server says

  /** @param {string} text */
  #frame(text) {
    this.#heardAt = now();
    /** @type {Message} */
    const message = JSON.parse(text);
    const { id, msg_type: type, data } = message;
    if (type === 'login') return this.#answer(data);
    if (type === 'pong') return;
    if (type === 'read') this.#setUnread(data.unread);
    if (type === 'read' || type === 'error') return this.#emit(type, data, message);
    if (id && !this.#isNext(id)) return;
    if (id && compare(id, this.#end) > 0) this.#setUnread(this.unread + 1); // the rest is counted in the answer to login
    if (!OWN.includes(type)) this.#emit(type, data, message);
    this.#emit('*', data, message);
  }

  /** @param {string} [last_id] */
  #login(last_id) {
    this.#asking = true;
    // why user_id: somebody else may have logged in since the position was stored; then the server passes it over
    this.#write({ msg_type: 'login', data: last_id ? { last_id, user_id: this.#owner } : undefined });
    this.#deadline(ANSWER, () => this.#lost(1006, 'no answer to login'));
  }

  /** @param {import('./bellhop.js').LoginAnswer} answer */
  #answer(answer) {
    const { user_id, last_id, from_id, unread } = answer;
    this.#asking = false;
    if (this.#owner !== user_id) {
      this.#owner = user_id;
      this.#position = this.#read = undefined;
    }
    this.user = user_id;
    if (from_id) this.#keep(from_id);
    this.#end = last_id;
    this.#loggedInAt = now();
    this.#listen();
    this.#setState('open');
    this.#emit('login', answer);
    this.#setUnread(unread);
    this.#flush();
  }

  /** Whether a kept message is to be handed to the page; if so, the page now stands there. @param {string} id */
  #isNext(id) {
    if (this.#asking) return false; // the replay that was asked for brings it again
    const position = this.#position;
    if (position) {
      if (compare(id, position) <= 0) return false; // a duplicate
      const [[epoch, offset], [lastEpoch, last]] = [split(id), split(this.#last())];
      // why once for each position: a server that cannot fill the gap must not be asked for ever
      if (epoch === lastEpoch && offset > last + 1 && this.#gap !== position) {
        this.#gap = position;
        this.#login(position);
        return false;
      }
    }
    this.#keep(id);
    return true;
  }

  /** The newest place that is known of. */
  #last() {
    const position = this.#position;
    return position && compare(position, this.#end) > 0 ? position : this.#end;
  }

  get #key() {
    return 'bellhop ' + this.base;
  }

  /** @param {string} position */
  #keep(position) {
    this.#position = position;
    try {
      sessionStorage.setItem(this.#key, JSON.stringify([this.#owner, position]));
    } catch {}
  }

  // --- telling the page

  /** @param {import('./bellhop.js').BellhopState} state */
  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#emit('state', state);
  }

  /** @param {number} unread */
  #setUnread(unread) {
    // why not the server's word alone: it tells a read to the user's other pages, and does not know of one that is queued
    if (this.#read) {
      const [[epoch, offset], [lastEpoch, last]] = [split(this.#read), split(this.#last())];
      if (epoch === lastEpoch) unread = Math.min(unread, Math.max(0, last - offset));
    }
    this.unread = unread;
    this.#emit('unread', unread);
  }

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

/**
 * A tab's part of the connection that all tabs of the browser have in common: it has bellhop-worker.js hold it, and takes over
 * what the worker hands it. A worker that dies is replaced; where there can be none, the tab has a connection of its own.
 *
 * @typedef {import('./bellhop-connection.js').Told} Told
 */
import { hold } from './bellhop-lock.js';

const PROTOCOL = 1; // between tabs and worker: after an update, old and new tabs have workers of their own
const PATIENCE = 5_000; // milliseconds, for the worker's first word
const UNREAD = 100; // a page that was busy or asleep so long has it lying there unread
const BEAT = 700; // where there are no locks
const CREDIT = 15; // frames that the worker holds for this tab
const TRIES = 3; // workers that died young
const YOUNG = 10_000;

export class SharedConnection {
  parked = false;

  #options;
  #told;
  #fallBack;
  /** @type {SharedWorker | undefined} */
  #worker;
  /** @type {AbortController | undefined} ends what holds and waits for locks */
  #locks;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #heard = false; // the worker has said hello
  #startedAt = 0;
  #deaths = 0;
  #opened = false; // the page has been told that there is a connection
  #open = false; // and that the server has answered the login
  #held = 0;
  #hidden = false; // frozen, or in the back/forward cache
  #over = false;
  /** @type {string | undefined} */
  #user;

  static possible() {
    // why not if the page has replaced WebSocket: it (a test, a monitor) wants to see the connection, and cannot see the worker's
    return typeof globalThis.SharedWorker === 'function' && /\[native code\]/.test(Function.prototype.toString.call(WebSocket));
  }

  /** @param {ConstructorParameters<typeof import('./bellhop-connection.js').Connection>[0]} options @param {Told} told @param {() => void} fallBack */
  constructor(options, told, fallBack) {
    this.#options = options;
    this.#told = told;
    this.#fallBack = fallBack;
  }

  start() {
    const { base, transports } = this.#options;
    this.#heard = false;
    this.#startedAt = performance.now();
    this.#told.state('connecting');
    /** @type {SharedWorker} */
    let worker;
    try {
      const url = new URL('bellhop-worker.js', base); // why not beside this module: a bundler may have put it elsewhere
      worker = new SharedWorker(url, { type: 'module', name: `bellhop ${PROTOCOL} ${transports} ${base}` });
    } catch {
      return this.#giveUp(); // of another origin, or forbidden
    }
    this.#worker = worker;
    worker.onerror = () => this.#worker === worker && !this.#heard && this.#giveUp();
    worker.port.onmessage = ({ data }) => this.#worker === worker && this.#word(data);
    /** @type {any} */ (worker.port).onclose = () => this.#worker === worker && this.#died(); // not in all browsers
    this.#timer = setTimeout(() => (this.#timer = setTimeout(() => this.#giveUp(), UNREAD)), PATIENCE);
    const locks = (this.#locks = new AbortController());
    hold('bellhop tab', locks.signal).then((lock) => {
      // why only now: the worker waits for this lock to become free
      if (this.#worker === worker) this.#say({ type: 'join', ...this.#options, lock });
    });
  }

  #giveUp() {
    this.#leave();
    this.#fallBack();
  }

  #leave() {
    this.#say({ type: 'bye' });
    this.#worker?.port.close();
    this.#worker = undefined;
    this.#open = this.#opened = false;
    this.#held = 0;
    this.#locks?.abort();
    clearTimeout(this.#timer);
  }

  /** @param {object} word */
  #say(word) {
    this.#worker?.port.postMessage(word);
  }

  /** @param {string} [lock] that the worker holds */
  #watch(lock) {
    const worker = this.#worker;
    if (!lock || !navigator.locks) return this.#beat();
    navigator.locks.request(lock, { signal: this.#locks?.signal }, () => this.#worker === worker && this.#died()).catch(() => {});
  }

  /** Asks whether the worker is alive. */
  #beat(again = false) {
    const askedAt = performance.now();
    this.#say({ type: 'beat' });
    this.#timer = setTimeout(() => {
      // why again: a page that was busy, or that the browser lets run rarely, may not have come to read the answer
      if (!again && performance.now() - askedAt > 2 * BEAT) this.#beat(true);
      else this.#died();
    }, BEAT);
  }

  #died() {
    this.#deaths = performance.now() - this.#startedAt < YOUNG ? this.#deaths + 1 : 1;
    const opened = this.#opened;
    this.#leave();
    this.#told.state('waiting');
    if (opened) this.#told.close({ code: 1006, reason: 'the shared worker is gone', willReconnect: true });
    if (this.#over || this.#worker || this.#hidden) return; // a handler may have closed it
    if (this.#deaths >= TRIES) this.#fallBack();
    else this.start();
  }

  /** @param {any} word what the worker says */
  #word({ type, data, lock, count }) {
    if (type === 'hello') {
      this.#heard = true;
      clearTimeout(this.#timer);
      this.#watch(lock);
    } else if (type === 'beat') {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#beat(), BEAT);
    } else if (type === 'open') {
      this.#opened = true;
      this.#told.open();
    } else if (type === 'state') {
      this.#open = false;
      this.parked = data.parked;
      this.#told.state(data.state);
    } else if (type === 'login') {
      this.#options = { ...this.#options, owner: data.user_id, position: data.from_id };
      this.#user = data.user_id;
      this.#open = true;
      this.#told.state('open');
      this.#told.login(data, { sameUser: true, tag: 0 });
      this.flush();
    } else if (type === 'message') {
      if (data.id) this.#options.position = data.id;
      this.#told.message(data, 0);
    } else if (type === 'sent') {
      this.#held -= data;
      this.flush();
    } else if (type === 'avoid') this.#told.avoid((this.#options.avoidUntil = data));
    else if (type === 'ask') this.#say({ type: 'taken', count });
    else if (type === 'over') this.#end(data);
    else if (type === 'left') {
      this.#leave();
      this.start();
    } else if (type === 'close' || type === 'read' || type === 'error') {
      if (type === 'close') this.#opened = false;
      this.#told[/** @type {'close'} */ (type)](data);
    }
  }

  /** @param {import('./bellhop.js').CloseInfo} info */
  #end(info) {
    if (this.#over) return;
    this.#over = true;
    this.#leave();
    this.#told.state('closed');
    this.#told.close(info);
  }

  // --- what the page calls, as of a connection

  flush() {
    if (!this.#open) return;
    for (let frame; this.#held < CREDIT && (frame = this.#told.outgoing()); this.#held++) this.#say({ type: 'frame', text: frame.text, user: this.#user });
  }

  /** The tab goes to sleep: the worker shall keep nothing for it. */
  hide() {
    this.#hidden = true;
    if (!this.#worker) return;
    this.#leave();
    this.#told.state('waiting');
  }

  /** @param {boolean} looked @param {boolean} [shown] */
  wake(looked, shown = false) {
    if (this.#over) return;
    if (shown) this.#hidden = false;
    if (this.#worker) this.#say({ type: 'wake', looked });
    else if (!this.#hidden) this.start();
  }

  offline() {
    this.#say({ type: 'offline' });
  }

  /** @param {number} code @param {string} reason */
  stop(code, reason) {
    this.#say({ type: 'bye', close: true });
    this.#end({ code, reason, willReconnect: false });
  }
}

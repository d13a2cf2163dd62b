/**
 * One WebSocket or one stream of events, and whether it is alive. A connection may have two of them for a moment: two
 * transports that are tried, or an old one and the new one that replaces it.
 */
import { open } from './bellhop-transport.js';

// milliseconds
const ANSWER = 15_000; // for the answer to a login frame
const QUIET = 25_000; // nothing heard for so long: ask
const PONG = 10_000;

export const now = () => performance.now(); // why not Date: it jumps when the clock is set

export class Line {
  kind;
  tag;
  opened = false;
  asking = true; // logging in, or asked what is missing
  loggedInAt = 0; // 0: not yet
  heardAt = now();
  #heardOn = Date.now();

  onopened = () => {};
  /** @type {(text: string) => void} */
  onframe = () => {};
  /** @type {(code: number, reason: string) => void} */
  onclosed = () => {};

  #transport;
  #closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} the one deadline that a line is under */
  #guard;

  /**
   * @param {string} kind `websocket` or `sse` @param {string} base @param {() => import('./bellhop-transport.js').Login} login
   * @param {number} [tag] when it was opened, as its owner counts
   */
  constructor(kind, base, login, tag = 0) {
    this.kind = kind;
    this.tag = tag;
    this.#transport = open(kind, base, login, {
      opened: () => {
        this.#heard();
        this.opened = true;
        this.onopened();
      },
      heard: () => this.#heard(),
      frame: (text) => {
        this.#heard();
        if (!this.#closed) this.onframe(text);
      },
      closed: (code, reason) => {
        if (this.#closed) return;
        this.close();
        this.onclosed(code, reason);
      },
    });
  }

  #heard() {
    this.heardAt = now();
    this.#heardOn = Date.now();
  }

  /** For how long nothing has been heard. Why Date, too: the other clock may stand still while the machine sleeps. */
  get silence() {
    return Math.max(now() - this.heardAt, Date.now() - this.#heardOn);
  }

  /** Whether it takes frames. */
  get ready() {
    return !this.#closed && this.#transport.ready;
  }

  /** @param {string[]} frames @param {string} [user] whose frames they are */
  send(frames, user) {
    this.#transport.send(frames, user);
  }

  /** Asks for everything after a position. @param {import('./bellhop-transport.js').Login} login */
  ask(login) {
    this.asking = true;
    this.#transport.login(login);
    this.#deadline(ANSWER, () => this.#dead('no answer to login'));
  }

  /** The server has answered the login; the answer may come again, also unasked: when Redis has lost its data. */
  answered() {
    this.asking = false;
    this.loggedInAt ||= now();
    this.#listen();
  }

  /** It may have died. @param {number} [patience] */
  ping(patience = PONG) {
    if (this.asking) return;
    const { heardAt } = this;
    this.#transport.ping();
    // a stream cannot be asked: the node says by itself every 15 seconds that it is there
    const wait = this.kind === 'sse' ? Math.max(patience, heardAt + QUIET + PONG - now()) : patience;
    this.#deadline(wait, () => (this.heardAt > heardAt ? this.#listen() : this.#dead('silent')));
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#guard);
    this.#transport.close();
  }

  /** Waits for silence. Why not a new timer with every frame: there may be thousands of them. */
  #listen() {
    const wait = this.heardAt + QUIET - now();
    this.#deadline(Math.max(0, wait), () => (now() - this.heardAt < QUIET ? this.#listen() : this.ping()));
  }

  /** @param {number} wait @param {() => void} then */
  #deadline(wait, then) {
    clearTimeout(this.#guard);
    this.#guard = setTimeout(then, wait);
  }

  /** @param {string} reason */
  #dead(reason) {
    this.close();
    this.onclosed(1006, reason);
  }
}

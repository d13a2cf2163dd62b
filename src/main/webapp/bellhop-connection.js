/**
 * One connection to Bellhop: it logs in, comes back by itself, changes its transport where the first does not get through, and
 * resumes where it left off. It lives in a page, or for all pages of a browser in bellhop-worker.js.
 *
 * @typedef {import('./bellhop.js').Message<any>} Message
 * @typedef {import('./bellhop.js').LoginAnswer} LoginAnswer
 * @typedef {{ sameUser: boolean, tag: number, asked?: string }} About an answer: `tag` is the handshake's, `asked` the position that was asked from
 * @typedef {object} Told what a connection tells its owner
 * @property {(state: import('./bellhop.js').BellhopState) => void} state
 * @property {() => void} open
 * @property {(info: import('./bellhop.js').CloseInfo) => void} close
 * @property {(answer: LoginAnswer, about: About) => void} login
 * @property {(message: Message, size: number) => void} message each message once, in order
 * @property {(data: any) => void} read
 * @property {(data: any) => void} error
 * @property {() => { text: string } | undefined} outgoing the next frame to be sent
 * @property {(until: number) => void} avoid no WebSocket got through: try it again after this time (epoch milliseconds)
 * @property {() => number} [tag] a mark on each handshake
 */
import { Attempt } from './bellhop-attempt.js';
import { Backoff } from './bellhop-backoff.js';
import { Choice } from './bellhop-choice.js';
import { Line, now } from './bellhop-line.js';
import { Pace } from './bellhop-pace.js';
import { Sequence } from './bellhop-position.js';
import { Retired } from './bellhop-retired.js';
import { Timers } from './bellhop-timers.js';
import { isLoggedOut } from './bellhop-transport.js';

// milliseconds
const STEADY = 5_000; // a connection that lasted this long was a good one
const LATE = 2_000; // a hand-over that takes longer than this after the old line has gone is told
const PONG_OFFLINE = 2_000; // the browser may be wrong about having no network: ask, but not for long
const OFFLINE_WAIT = 60_000;
const ASK = 1_000; // the server takes one login frame a second

export class Connection {
  /** @type {import('./bellhop.js').BellhopState | undefined} */
  state;
  parked = false; // waits for somebody to look at the page

  #base;
  #told;
  #choice;
  #sequence;
  #pace = new Pace();
  /** @type {Line | undefined} the one that is logged in */
  #line;
  #retired = new Retired();
  /** @type {Attempt | undefined} */
  #attempt;
  /** @type {string | undefined} the latest line's, as the server calls it: the next one takes its place, and gets what came meanwhile and is not kept */
  #name;
  #handOver = false; // the attempt began while a line was there: what that one has brought stays
  #quiet = false; // and the page has not been told that it has gone
  /** @type {string | undefined} the position that was asked from */
  #asked;
  #askedAt = -ASK;
  #backoff = new Backoff();
  #refusals = 0; // attempts in a row that never opened
  #hidden = false; // frozen, or in the back/forward cache
  #timers = new Timers();

  /**
   * @param {{ base: string, transports: readonly string[], avoidUntil?: number, owner?: string, position?: string }} options
   * @param {Told} told
   */
  constructor({ base, transports, avoidUntil = 0, owner, position }, told) {
    this.#base = base;
    this.#choice = new Choice(transports, avoidUntil);
    this.#sequence = new Sequence(owner, position);
    this.#told = told;
  }

  // --- what its owner calls

  start(anyway = false) {
    this.#timers.clear('retry');
    if (this.state === 'closed') return;
    // a worker may not be told that there is a network again
    const offline = !anyway && typeof document === 'object' && navigator.onLine === false;
    if (offline) this.#timers.set('retry', OFFLINE_WAIT, () => this.start(true)); // the browser may be wrong
    if (this.#hidden || this.parked || offline) return this.#setState('waiting'); // wake() comes back here
    this.#try();
    this.#setState('connecting');
  }

  /** Over for good. @param {number} code @param {string} reason */
  stop(code, reason) {
    if (this.state === 'closed') return;
    this.#drop();
    this.#timers.clear('retry');
    this.#setState('closed');
    this.#told.close({ code, reason, willReconnect: false });
  }

  /** Shows its login again, at once: somebody else may have logged in. */
  restart() {
    if (this.state === 'closed') return;
    this.#drop();
    this.start();
  }

  /** Not to be connected until `wake`; `now`: not any more. @param {boolean} now */
  hide(now) {
    this.#hidden = true;
    this.#timers.clear('retry');
    if (now) this.#drop();
    if (!this.#line && !this.#attempt) this.#setState('waiting');
  }

  /** There may be a network again, or somebody who looks: `looked`. @param {boolean} looked @param {boolean} [shown] */
  wake(looked, shown = false) {
    if (this.state === 'closed') return;
    if (shown) this.#hidden = false;
    if (looked) this.parked = false;
    if (!this.#line) {
      if (!this.#attempt) this.start();
    } else if (this.#line.silence > STEADY) this.#line.ping(); // it may have died meanwhile
  }

  /** The browser says that there is no network. */
  offline() {
    this.#line?.ping(PONG_OFFLINE);
  }

  /** Sends what is waiting: at most 15 frames a second. */
  flush() {
    if (!this.#line?.ready) return;
    const frames = this.#pace.take(() => this.#told.outgoing()?.text, () => this.flush());
    if (frames.length) this.#line.send(frames, this.#sequence.owner);
  }

  /** Has everything after an older position told again; `login` is told first. @param {string} position */
  ask(position) {
    const wait = this.#askedAt + ASK - now();
    if (wait > 0) this.#timers.set('ask', wait, () => this.ask(position));
    else if (this.#line?.asking === false) this.#askFrom(this.#line, position);
  }

  // --- connecting

  /** @param {boolean} [quiet] the page is not to notice */
  #try(quiet = false) {
    [this.#handOver, this.#quiet] = [!!this.#line, quiet];
    const attempt = new Attempt(this.#choice.kinds(this.#refusals), (kind) => {
      this.#askedAt = now();
      return new Line(kind, this.#base, () => this.#login(this.#name), this.#told.tag?.());
    }, {
      opened: () => {
        if (this.#quiet) return;
        this.#refusals = 0;
        this.#told.open();
      },
      frame: (line, text) => this.#frame(line, text),
      failed: (code, reason) => {
        this.#attempt = undefined;
        // a hand-over that fails: the server ends the old line, and that tells
        if (!this.#line) this.#lost(code, reason, attempt.opened, this.#quiet);
      },
    });
    this.#attempt = attempt;
    attempt.start();
  }

  /** @param {string} [replaces] @returns {import('./bellhop-transport.js').Login} */
  #login(replaces) {
    const { owner, position } = this.#sequence;
    // why user_id: somebody else may have logged in since the position was stored; then the server passes it over
    return { ...(position && { last_id: position, user_id: owner }), ...(replaces && { replaces }) };
  }

  /** The line that is logged in has ended. @param {number} code @param {string} reason */
  #broken(code, reason) {
    const steady = !!this.#line && now() - this.#line.loggedInAt > STEADY;
    if (steady) this.#backoff.good();
    // some servers do so with the HTTP session, which ends at each login check, and at a logout
    const check = code === 1008 && steady && reason !== 'too many refused frames';
    if (code > 4400 || !(this.#attempt || check)) return this.#lost(code, reason, true);
    this.#leave();
    if (code === 1008) this.#refusals = 1;
    if (!this.#attempt) this.#try(true);
    this.#timers.set('late', LATE, () => {
      this.#quiet = false;
      this.#setState('connecting');
      this.#told.close({ code, reason, willReconnect: true });
      if (this.#attempt?.opened) this.#told.open();
    });
  }

  /** @param {number} code @param {string} reason @param {boolean} opened @param {boolean} [silent] another one has gone before, of which the page has not been told */
  #lost(code, reason, opened, silent = false) {
    if (code === 4401 || code === 4403) return this.stop(code, reason);
    this.#drop();
    this.parked = code === 4409; // coming back would throw out another tab, which would come back
    this.#timers.set('retry', this.#backoff.wait(code, reason), () => this.start());
    // 1008: how some servers end a login, a moment before they know of it everywhere: then the next refusal counts
    if (code === 1008) this.#refusals = 1;
    if (code === 1008 || (!opened && ++this.#refusals > 1)) this.#probe();
    this.#setState('waiting');
    if (opened || silent) this.#told.close({ code, reason, willReconnect: true });
  }

  async #probe() {
    if ((await isLoggedOut(this.#base)) && !this.#line) this.stop(4401, 'not logged in');
  }

  #drop() {
    this.#leave();
    this.#retired.close();
    this.#attempt?.end();
    this.#attempt = undefined;
    this.#timers.clear('late');
  }

  #leave() {
    this.#line?.close();
    this.#line = this.#asked = undefined;
    this.#pace.reset();
    this.#timers.clear('ask');
  }

  /** @param {Line} line that has been answered @param {boolean} replaced the server has put it in the place of the one before */
  #adopt(line, replaced) {
    this.#retired.close();
    const [before, blocked] = [this.#line, this.#attempt?.blocked];
    this.#attempt?.end(line);
    this.#attempt = this.#asked = undefined;
    this.#timers.clear('late');
    this.#line = line;
    line.onclosed = (code, reason) => this.#broken(code, reason);
    if (replaced && before) this.#retired.take(before);
    else before?.close();
    this.#choice.took(line.kind, !!blocked, this.#told.avoid);
  }

  // --- what the server says

  /** @param {Line} line @param {string} text */
  #frame(line, text) {
    /** @type {Message} */
    const message = JSON.parse(text);
    const { id, msg_type: type, data } = message;
    if (type === 'login') return this.#answer(line, data);
    // why so careful: a producer may send any type
    if (type === 'login_check' && !id && typeof data?.connection === 'string') return this.#check(line, data);
    if (type === 'pong') return;
    if (type === 'read') return this.#told.read(data);
    if (type === 'error') return this.#told.error(data);
    if (id && !this.#isNext(line, id)) return;
    this.#told.message(message, text.length);
  }

  /** @param {Line} line @param {string} id */
  #isNext(line, id) {
    if (line !== this.#line || line.asking) return false; // the replay that was asked for brings it again
    const verdict = this.#sequence.judge(id);
    if (verdict === 'gap') this.#askFrom(line, /** @type {string} */ (this.#sequence.position));
    return verdict === 'next';
  }

  /** The server wants to see the login again: the new line comes before the old one goes. @param {Line} line @param {{ connection: string }} data */
  #check(line, { connection }) {
    if (line !== this.#line || this.#attempt) return;
    this.#name = connection;
    this.#try(true);
  }

  /** @param {Line} line @param {LoginAnswer & { replaced?: boolean, connection?: string }} answer */
  #answer(line, { replaced, connection, ...answer }) {
    if (line === this.#retired.line) return;
    const handedOver = this.#handOver && line !== this.#line;
    if (line !== this.#line) this.#adopt(line, !!replaced);
    this.#name = connection;
    line.answered();
    // what has come on the old line since the new one asked stays
    const further = handedOver && answer.recovered;
    const sameUser = this.#sequence.answered(answer, further);
    this.#setState('open');
    const about = { sameUser, tag: line.tag, asked: this.#asked };
    this.#asked = undefined;
    this.#told.login(further && sameUser ? this.#sequence.asOfNow(answer) : answer, about);
    this.flush();
  }

  /** @param {Line} line @param {string} position */
  #askFrom(line, position) {
    this.#asked = this.#sequence.position = position;
    this.#askedAt = now();
    line.ask(this.#login());
  }

  /** @param {import('./bellhop.js').BellhopState} state */
  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#told.state(state);
  }
}

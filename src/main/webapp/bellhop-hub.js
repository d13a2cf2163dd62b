/**
 * One connection for many tabs. Each tab is told what it would be told on a connection of its own: the answer to its login,
 * then each message after its position, once. A tab is told nothing of a user before it is sure that the cookies of this
 * browser are still that user's: by a handshake, or by a request, that began after the tab came.
 *
 * @typedef {import('./bellhop.js').Message<any>} Message
 * @typedef {import('./bellhop.js').LoginAnswer} LoginAnswer
 */
import { Connection } from './bellhop-connection.js';
import { Unread, compare, later, split } from './bellhop-position.js';
import { Recent } from './bellhop-recent.js';
import { Tab } from './bellhop-tab.js';
import { whoIsIt } from './bellhop-transport.js';

const LINGER = 2_000; // milliseconds without a tab: in an application of many pages the next one comes at once
const AGAIN = 1_000; // a login that could not be looked up

export class Hub {
  /** @type {Set<Tab>} */
  #tabs = new Set();
  /** @type {Tab[]} whose frames are to be sent, the next one first; also of tabs that have gone */
  #senders = [];
  /** @type {Tab | undefined} */
  #lastSender;
  /** @type {Connection | undefined} */
  #connection;
  /** @type {any} what the first tab has asked for */
  #options;
  #time = 0; // counts what happens: which was first, the tab or the handshake?
  #shownAt = 0; // the last handshake
  #looking = false;
  /** @type {LoginAnswer | undefined} the latest; undefined while not logged in */
  #answer;
  #unread = new Unread();
  #recent = new Recent();
  #floor = '0-0'; // the server has said that it has nothing to replay before
  #floorMissed = false; // and that something may be missing there
  /** @type {string | undefined} of the last message that any tab was handed */
  #handed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #linger;

  /** @param {any} port @param {string} [lock] that this worker holds as long as it lives */
  join(port, lock) {
    const tab = new Tab(port, (word) => this.#word(tab, word), () => this.#go(tab));
    port.postMessage({ type: 'hello', lock });
  }

  /** @param {Tab} tab @param {any} word what a tab says */
  #word(tab, word) {
    if (word.type === 'join') return this.#come(tab, word);
    if (!this.#tabs.has(tab)) return;
    if (word.type === 'bye') this.#go(tab, word.close);
    else if (word.type === 'wake') this.#connection?.wake(word.looked);
    else if (word.type === 'offline') this.#connection?.offline();
    else if (word.type === 'frame') {
      tab.outgoing.add(word.text, word.user);
      if (!this.#senders.includes(tab)) this.#senders.push(tab);
      if (word.text.startsWith('{"msg_type":"read",')) this.#read(tab, word);
      this.#connection?.flush();
    }
  }

  // --- tabs come and go

  /** @param {Tab} tab @param {any} word */
  #come(tab, { lock, owner, position, base, transports, avoidUntil }) {
    clearTimeout(this.#linger);
    Object.assign(tab, { owner, position, cameAt: ++this.#time, since: this.#handed });
    this.#tabs.add(tab);
    tab.follow(lock);
    if (!this.#connection) {
      this.#options = { base, transports, avoidUntil };
      return this.#connect(tab);
    }
    tab.say('state', { state: this.#state, parked: this.#connection.parked });
    this.#connection.wake(true);
    if (this.#answer) this.#lookUp();
  }

  /** @param {Tab} tab where it is to begin */
  #connect({ owner, position }) {
    this.#connection = new Connection({ ...this.#options, owner, position }, this.#told);
    this.#connection.start();
  }

  /** @param {Tab} tab @param {boolean} [closed] by the page itself */
  #go(tab, closed = false) {
    if (!this.#tabs.delete(tab)) return;
    tab.leave();
    if (this.#tabs.size) return;
    if (closed) this.#connection?.flush();
    this.#linger = setTimeout(() => {
      this.#senders = [];
      this.#forget()?.stop(1000, '');
    }, closed ? 0 : LINGER);
  }

  #forget() {
    const connection = this.#connection;
    this.#connection = this.#answer = this.#handed = undefined;
    this.#recent.from('0-0');
    return connection;
  }

  get #state() {
    const state = this.#connection?.state;
    return state === 'open' ? 'connecting' : state; // a tab is open once it has its answer
  }

  // --- whose browser this is

  async #lookUp() {
    if (this.#looking) return;
    this.#looking = true;
    const began = ++this.#time;
    let [status, user] = [0, /** @type {string | undefined} */ (undefined)];
    try {
      const response = await whoIsIt(this.#options.base);
      status = response.status;
      if (response.ok) user = (await response.json()).user_id;
    } catch {} // the server is away
    this.#looking = false;
    if (!this.#answer) return; // the next handshake tells
    if (status === 401 || (user !== undefined && user !== this.#answer.user_id)) {
      this.#answer = undefined;
      return this.#connection?.restart(); // it shows the cookies that count now
    }
    for (const tab of [...this.#tabs]) {
      if (tab.sure || user === undefined || tab.cameAt > began) continue;
      tab.sure = true;
      this.#serve(tab);
    }
    if ([...this.#tabs].every((tab) => tab.sure)) return;
    if (user === undefined) setTimeout(() => this.#lookUp(), AGAIN);
    else this.#lookUp();
  }

  // --- telling

  /** @type {import('./bellhop-connection.js').Told} */
  #told = {
    tag: () => (this.#shownAt = ++this.#time),
    state: (state) => {
      if (state === 'open') return;
      this.#answer = undefined;
      if (state === 'closed') return;
      for (const tab of [...this.#tabs]) tab.say('state', { state, parked: this.#connection?.parked });
    },
    open: () => [...this.#tabs].forEach((tab) => this.#open(tab)),
    close: (info) => {
      for (const tab of [...this.#tabs]) {
        if (info.willReconnect && tab.opened) tab.say('close', info);
        tab.opened = false;
      }
      if (!info.willReconnect) this.#over(info);
    },
    login: (answer, about) => this.#login(answer, about),
    message: (message, size) => this.#message(message, size),
    read: (data) => {
      this.#unread.set(data.unread);
      for (const tab of [...this.#tabs]) if (tab.served) tab.say('read', data);
    },
    error: (data) => {
      const sender = [...this.#tabs].filter((tab) => tab === this.#lastSender);
      for (const tab of sender.length ? sender : [...this.#tabs]) tab.say('error', data);
    },
    outgoing: () => this.#outgoing(),
    avoid: (until) => {
      this.#options.avoidUntil = until;
      for (const tab of [...this.#tabs]) tab.say('avoid', until);
    },
  };

  /** @param {import('./bellhop.js').CloseInfo} info */
  #over(info) {
    if (!this.#connection) return;
    this.#forget();
    const tabs = [...this.#tabs];
    // a tab that came after the last handshake may have a login that has not ended
    const late = tabs.filter((tab) => info.code === 4401 && tab.cameAt > this.#shownAt);
    for (const tab of tabs) {
      Object.assign(tab, { sure: false, served: false });
      if (late.includes(tab)) continue;
      tab.say('over', info);
      this.#tabs.delete(tab);
      tab.leave();
    }
    if (late.length) this.#connect(late[0]);
  }

  /** @param {Tab} tab */
  #open(tab) {
    if (!tab.opened) tab.say('open');
    tab.opened = true;
  }

  /** @param {LoginAnswer} answer @param {import('./bellhop-connection.js').About} about */
  #login(answer, { sameUser, tag, asked }) {
    const { from_id: from = answer.last_id, recovered } = answer;
    this.#answer = answer;
    this.#unread.answered(answer, sameUser);
    if (!sameUser) [this.#handed, this.#floor] = [undefined, '0-0'];
    if (!recovered || (asked && compare(asked, from) < 0)) [this.#floor, this.#floorMissed] = [from, !recovered];
    if (!sameUser || !recovered || from !== this.#recent.head) this.#recent.from(from);
    this.#handed ??= from;
    for (const tab of [...this.#tabs]) {
      if (tab.cameAt < tag) tab.sure = true;
      if (!sameUser) Object.assign(tab, { served: false, since: undefined });
      tab.since ??= this.#handed;
      if (!tab.sure) continue;
      if (!tab.served) this.#serve(tab);
      // why not to all: what was asked for others is no news to a tab that has come further
      else if (!asked || this.#isBehind(tab, asked, from)) this.#answerTo(tab, recovered ? (tab.position ?? from) : from, recovered);
    }
    if ([...this.#tabs].some((tab) => !tab.sure)) this.#lookUp();
  }

  /** @param {Tab} tab @param {string} asked @param {string} from */
  #isBehind({ position }, asked, from) {
    return !position || compare(position, asked) <= 0 || split(position)[0] !== split(from)[0];
  }

  /** Has a tab take part from its position on. @param {Tab} tab */
  #serve(tab) {
    if (!this.#answer) return;
    const { head } = this.#recent;
    let from = (tab.owner === this.#answer.user_id ? tab.position : undefined) ?? tab.since ?? head;
    if (compare(from, head) > 0) {
      if (split(from)[0] === split(head)[0]) return this.#answerTo(tab, from, true); // it has come further by itself
      from = head; // Redis has lost its data, and the tab's position is worth nothing
      tab.missed = true;
    } else if (compare(from, this.#floor) < 0) {
      from = this.#floor;
      tab.missed ||= this.#floorMissed;
    }
    const missing = this.#recent.after(from);
    if (!missing) return this.#connection?.ask(from);
    this.#answerTo(tab, from, !tab.missed);
    for (const message of missing) this.#hand(tab, message);
  }

  /** @param {Tab} tab @param {string} from_id @param {boolean} recovered */
  #answerTo(tab, from_id, recovered) {
    const answer = /** @type {LoginAnswer} */ (this.#answer);
    Object.assign(tab, { served: true, missed: false, owner: answer.user_id, position: from_id });
    this.#open(tab);
    const last_id = later(this.#recent.head, answer.last_id);
    tab.say('login', { ...answer, from_id, last_id, unread: this.#unread.count, recovered });
  }

  /** @param {Message} message @param {number} size */
  #message(message, size) {
    if (message.id) {
      this.#recent.add(message, size);
      this.#unread.arrived(message.id);
    }
    for (const tab of [...this.#tabs]) if (tab.served) this.#hand(tab, message);
  }

  /** @param {Tab} tab @param {Message} message */
  #hand(tab, message) {
    const { id } = message;
    if (id) {
      if (tab.position && compare(id, tab.position) <= 0) return;
      tab.position = id;
      this.#handed = later(this.#handed, id);
    }
    tab.say('message', message);
  }

  // --- what tabs send

  /** The tabs take turns. */
  #outgoing() {
    for (let tab; (tab = this.#senders.shift()); ) {
      const frame = tab.outgoing.take();
      if (!frame) continue;
      if (tab.outgoing.length) this.#senders.push(tab);
      tab.say('sent', 1);
      if (frame.user !== this.#answer?.user_id) {
        // what somebody sent is never sent as somebody else
        tab.say('error', { code: 'other_user', message: 'a frame of the user before was not sent' });
        continue;
      }
      this.#lastSender = tab;
      return frame;
    }
    return undefined;
  }

  /** The server tells a read to the other connections; here the others are tabs. @param {Tab} reader @param {any} word */
  #read(reader, { text, user }) {
    if (user !== this.#answer?.user_id) return;
    const { id } = JSON.parse(text).data;
    const unread = this.#unread.read(id);
    for (const tab of [...this.#tabs]) if (tab !== reader && tab.served) tab.say('read', { id, unread });
  }
}

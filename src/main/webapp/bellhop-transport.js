/**
 * The two ways to a node: a WebSocket, and server-sent events with POSTs where a proxy lets no WebSocket through. Both log in
 * as they open, and tell the same: `opened`, then each frame's text, then once `closed`; `heard` is a sign of life.
 *
 * @typedef {{ last_id?: string, user_id?: string, replaces?: string }} Login
 * @typedef {{ opened(): void, heard(): void, frame(text: string): void, closed(code: number, reason: string): void }} Told
 * @typedef {WebSocketTransport | EventsTransport} Transport
 */
import { lines } from './bellhop-stream.js';

const LOGGED_OUT = 4401;
const ANSWER = 15_000; // milliseconds, for a request: browsers themselves wait for minutes

/** Ends a request that is not answered. Older browsers have no such signal. @returns {AbortSignal | undefined} */
const patience = () => AbortSignal.timeout?.(ANSWER);

/** Asks the API who is logged in. @param {string} base */
export const whoIsIt = (base) => fetch(base + 'api/me', { credentials: 'include', cache: 'no-store', signal: patience() });

/** Whether nobody is: a browser hides why a handshake was refused. If the server is away, the next attempt tells. @param {string} base */
export const isLoggedOut = (base) => whoIsIt(base).then(({ status }) => status === 401, () => false);

export class WebSocketTransport {
  /** @type {WebSocket | undefined} */
  #socket;

  /** @param {string} base @param {() => Login} login @param {Told} told */
  constructor(base, login, told) {
    /** @type {WebSocket} */
    let socket;
    try {
      this.#socket = socket = new WebSocket(base.replace(/^http/, 'ws') + 'ws');
    } catch {
      queueMicrotask(() => told.closed(1006, 'forbidden')); // by the page's policy, or by what it has in place of WebSocket
      return;
    }
    socket.onopen = () => {
      this.login(login());
      told.opened();
    };
    socket.onmessage = (event) => told.frame(event.data);
    socket.onclose = (event) => told.closed(event.code, event.reason);
  }

  get ready() {
    return this.#socket?.readyState === 1; // what is given to a socket that is closing is gone without a word
  }

  /** @param {Login} data */
  login(data) {
    this.#socket?.send(JSON.stringify({ msg_type: 'login', data: Object.keys(data).length ? data : undefined }));
  }

  ping() {
    this.#socket?.send('{"msg_type":"ping"}');
  }

  /** @param {string[]} frames */
  send(frames) {
    for (const frame of frames) this.#socket?.send(frame);
  }

  close() {
    const socket = this.#socket;
    if (!socket) return;
    // why not wait for onclose: over a dead network a browser takes minutes to give up
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

// why not EventSource: it hides why it was refused, and the comments that say that the node is alive
export class EventsTransport {
  ready = false;
  #base;
  #told;
  #stop = new AbortController();
  /** @type {{ text: string, user?: string }[]} */
  #waiting = [];
  #posting = false;
  /** @type {string | undefined} */
  #connection;

  /** @param {string} base @param {() => Login} login @param {Told} told */
  constructor(base, login, told) {
    this.#base = base;
    this.#told = told;
    this.login(login());
  }

  /** @param {Login} data */
  login(data) {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#read(new URLSearchParams(/** @type {Record<string, string>} */ (data)).toString(), this.#stop.signal);
  }

  /** @param {string} query @param {AbortSignal} signal */
  async #read(query, signal) {
    let [code, reason] = [1006, 'the stream broke'];
    try {
      const response = await fetch(this.#base + 'events' + (query && '?' + query),
        { headers: { Accept: 'text/event-stream' }, credentials: 'include', cache: 'no-store', signal });
      if (signal.aborted) return;
      const type = response.headers.get('Content-Type') ?? '';
      if (response.status === 401) [code, reason] = [LOGGED_OUT, 'not logged in'];
      else if (!response.ok || !type.startsWith('text/event-stream') || !response.body) reason = 'refused: ' + response.status;
      else {
        this.ready = true;
        this.#told.opened();
        let last = false;
        for await (const line of lines(response.body, () => this.#told.heard())) {
          if (line === 'event:close') last = true; // why not by msg_type alone: a producer may send any
          // every frame is one line of JSON
          if (line.startsWith('data:') && !signal.aborted) this.#frame(line.slice(5), last);
        }
      }
    } catch {} // aborted, or no network
    if (!signal.aborted) this.#end(code, reason);
  }

  /** @param {string} text @param {boolean} last */
  #frame(text, last) {
    try {
      const { msg_type, data } = JSON.parse(text);
      if (last) return this.#end(data.code, data.reason);
      if (msg_type === 'login') this.#connection = data.connection;
      this.#told.frame(text);
    } catch (e) {
      (globalThis.reportError ?? console.error)(e); // as it is with a WebSocket: the next one is unharmed
    }
  }

  ping() {} // the node says by itself that it is there

  /** @param {string[]} frames @param {string} [user] whose frames they are */
  send(frames, user) {
    this.#waiting.push(...frames.map((text) => ({ text, user })));
    if (!this.#posting) this.#post();
  }

  /** One request at a time: the frames keep their order. */
  async #post() {
    this.#posting = true;
    while (this.#waiting.length) {
      const [{ user }] = this.#waiting;
      const count = this.#waiting.findIndex((frame) => frame.user !== user);
      const frames = this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
      // why user_id: the cookies may be somebody else's by now, and nothing is to be sent in their name
      const query = new URLSearchParams({ ...(this.#connection && { connection: this.#connection }), ...(user !== undefined && { user_id: user }) });
      let message = 'not sent';
      try {
        const body = `[${frames.map(({ text }) => text).join()}]`;
        const response = await fetch(`${this.#base}api/me/frames?${query}`,
          { method: 'POST', body, headers: { 'Content-Type': 'application/json' }, credentials: 'include', signal: patience() });
        if (response.ok) {
          for (const answer of await response.json()) this.#told.frame(JSON.stringify(answer));
          continue;
        }
        message += ': ' + response.status;
        if (response.status === 401 && this.ready) this.#end(LOGGED_OUT, 'not logged in');
      } catch {} // what was under way is lost, as with a WebSocket
      this.#told.frame(JSON.stringify({ msg_type: 'error', data: { code: 'unavailable', message } }));
    }
    this.#posting = false;
  }

  /** @param {number} code @param {string} reason */
  #end(code, reason) {
    this.close();
    this.#told.closed(code, reason);
  }

  close() {
    this.ready = false;
    this.#stop.abort();
  }
}

/** @param {string} kind @param {string} base @param {() => Login} login @param {Told} told @returns {Transport} */
export const open = (kind, base, login, told) => new (kind === 'sse' ? EventsTransport : WebSocketTransport)(base, login, told);

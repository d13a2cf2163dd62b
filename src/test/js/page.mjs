/** A page to run bellhop.js in: fake WebSocket, clock, storage and browser; no dependency but node itself. */
import { register } from 'node:module';
import { mock } from 'node:test';

// why: Node takes .js without a package.json for CommonJS; browsers do not
const hook = `export const load = (url, context, next) =>
  next(url, url.includes('/webapp/') ? { ...context, format: 'module' } : context)`;
register('data:text/javascript,' + encodeURIComponent(hook));

// why not node's own mock timers: in Node 20 a timer that another one sets is not run within the same tick
const clock = { now: 1_000_000, timers: new Map(), next: 1 };
globalThis.setTimeout = (run, wait = 0) => {
  clock.timers.set(clock.next, { at: clock.now + wait, run });
  return clock.next++;
};
globalThis.clearTimeout = (id) => clock.timers.delete(id);
mock.method(performance, 'now', () => clock.now);

/** Lets time pass, timer after timer. */
export function tick(ms) {
  const end = clock.now + ms;
  for (;;) {
    const [id, due] = [...clock.timers].reduce((a, b) => (b[1].at < a[1].at ? b : a), [0, { at: Infinity }]);
    if (due.at > end) break;
    clock.timers.delete(id);
    clock.now = Math.max(clock.now, due.at);
    due.run();
  }
  clock.now = end;
}

/** Lets promises settle; the fake clock stands still. */
export const settle = () => new Promise((done) => setImmediate(done));

export class FakeSocket {
  static all = [];
  /** The newest; undefined if none was opened since the page was made. */
  static get last() {
    return FakeSocket.all.at(-1);
  }

  readyState = 0;
  sent = [];
  closed = false;

  constructor(url) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  send(text) {
    if (this.readyState === 0) throw new Error('InvalidStateError');
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 2; // and, as over a dead network, nothing follows
  }

  // --- what the server does

  open() {
    this.readyState = 1;
    this.onopen?.({});
    return this;
  }

  says(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
    return this;
  }

  answers(data) {
    return this.says({ msg_type: 'login', data: { user_id: 'alice', unread: 0, recovered: true, ...data } });
  }

  ends(code, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  get types() {
    return this.sent.map((frame) => frame.msg_type);
  }
}

const globals = {
  WebSocket: FakeSocket,
  document: { visibilityState: 'visible', baseURI: 'https://hotel.example/desk/page.html' },
  navigator: { onLine: true },
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

export const browser = {
  target: new EventTarget(),
  stored: new Map(),
  storageThrows: false,
  fetched: [],
  calls: [],
  fetchStatus: 200,
  fetchJson: () => ({}),
  /** Answers a request itself, if it returns something. */
  respond: (url, options) => undefined,
  reported: [],
  fire(type) {
    this.target.dispatchEvent(new Event(type));
  },
};
globalThis.addEventListener = (...args) => browser.target.addEventListener(...args);
// why an object: Node overlooks a bare true here, browsers do not
globalThis.removeEventListener = (type, listener, capture) => browser.target.removeEventListener(type, listener, { capture });
globalThis.reportError = (e) => browser.reported.push(e);
globalThis.fetch = async (url, options) => {
  browser.fetched.push(String(url));
  browser.calls.push([String(url), options]);
  const response = browser.respond(String(url), options);
  if (response) return response;
  if (!browser.fetchStatus) throw new TypeError('network');
  return { status: browser.fetchStatus, ok: browser.fetchStatus === 200, json: async () => browser.fetchJson(url) };
};
Object.defineProperty(globalThis, 'sessionStorage', {
  get() {
    if (browser.storageThrows) throw new Error('SecurityError');
    return {
      getItem: (key) => browser.stored.get(key) ?? null,
      setItem: (key, value) => browser.stored.set(key, value),
    };
  },
});

export const MODULE = new URL('../../main/webapp/bellhop.js', import.meta.url);
export const { Bellhop } = await import(MODULE);
export const BASE = 'https://hotel.example/app/bellhop/';

/** A fresh tab. */
export function newTab() {
  browser.stored.clear();
  newPage();
}

/** A page load in the same tab: the old page's listeners and timers are gone, what was stored is not. */
export function newPage() {
  clock.timers.clear();
  FakeSocket.all = [];
  Object.assign(browser, { target: new EventTarget(), storageThrows: false, fetched: [], calls: [], fetchStatus: 200, reported: [], respond: () => undefined });
  navigator.onLine = true;
  document.visibilityState = 'visible';
}

/** @returns {import('../../main/webapp/bellhop.js').Bellhop & {log: any[]}} */
export function bellhop({ base = BASE, transports = ['websocket'], shared = true } = {}) {
  const hop = new Bellhop({ base, transports, shared });
  hop.log = [];
  for (const type of ['open', 'close', 'login', 'unread', 'state', 'read', 'error']) {
    hop.on(type, (data) => hop.log.push([type, data]));
  }
  hop.ids = [];
  hop.on('*', (data, message) => hop.ids.push(message.id ?? message.msg_type));
  return hop;
}

/** Logged in, standing at the given position. */
export function loggedIn(position = '100-5') {
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: position, from_id: position });
  hop.log.length = 0;
  return hop;
}

export const kept = (id, data = null) => ({ id, msg_type: 'notice', data });

const chance = Math.random;
/** What Math.random gives; really random if undefined. */
export const random = (value) => (Math.random = value === undefined ? chance : () => value);

/** Streams of events, as the server answers `GET events`. */
export class FakeStream {
  static all = [];
  static get last() {
    return FakeStream.all.at(-1);
  }

  /** Has `GET events` answered by streams, and `POST me/frames` with what `answer` gives. */
  static serve(answer = () => []) {
    FakeStream.all = [];
    FakeStream.posts = [];
    browser.respond = (url, options) => {
      if (url.includes('/events')) return new FakeStream(url, options).response;
      if (!url.includes('/api/me/frames')) return undefined;
      const post = { query: Object.fromEntries(new URL(url).searchParams), frames: JSON.parse(options.body), options };
      FakeStream.posts.push(post);
      return new Response(JSON.stringify(answer(post)));
    };
  }

  constructor(url, options) {
    this.query = Object.fromEntries(new URL(url).searchParams);
    this.options = options;
    this.response = new Promise((answered, failed) => {
      this.open = () => {
        const body = new ReadableStream({ start: (controller) => (this.controller = controller) });
        answered(new Response(body, { headers: { 'Content-Type': 'text/event-stream;charset=UTF-8' } }));
        this.write(': bellhop\n\nretry: 2000\n\n');
        return this;
      };
      this.refuse = (status) => answered(new Response('', { status }));
      options.signal.addEventListener('abort', () => failed(new Error('AbortError')));
    });
    FakeStream.all.push(this);
  }

  get aborted() {
    return this.options.signal.aborted;
  }

  write(text) {
    this.controller.enqueue(new TextEncoder().encode(text));
    return this;
  }

  says(frame) {
    return this.write((frame.id ? `id: ${frame.id}\n` : '') + `data: ${JSON.stringify(frame)}\n\n`);
  }

  answers(data) {
    return this.says({ msg_type: 'login', data: { user_id: 'alice', unread: 0, recovered: true, connection: 'c' + FakeStream.all.length, ...data } });
  }

  ends(code, reason = '') {
    this.write('event:close\n').says({ msg_type: 'close', data: { code, reason } });
    this.controller.close();
  }
}

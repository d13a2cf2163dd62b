/** A browser for the shared connection: its shared worker, its locks and its tabs; on top of the page in page.mjs. */
import { FakeSocket, MODULE, browser, settle, tick } from './page.mjs';

const { Hub } = await import(new URL('bellhop-hub.js', MODULE));
const { SharedConnection } = await import(new URL('bellhop-shared.js', MODULE));

// why bound: a bound function looks like the browser's own
const native = FakeSocket.bind();

/** Two ends; what one posts the other hears a little later, also if the first end is closed meanwhile. */
function channel() {
  const ends = [0, 1].map(() => ({ closed: false, onmessage: null, onclose: null }));
  ends.forEach((end, i) => {
    const other = ends[1 - i];
    end.postMessage = (word) => {
      const copy = structuredClone(word);
      if (!end.closed) queueMicrotask(() => other.closed || other.onmessage?.({ data: copy }));
    };
    end.close = () => (end.closed = true);
  });
  return ends;
}

export const world = {
  /** @type {{ hub: any, lock: any, name: string } | undefined} */
  worker: undefined,
  workers: 0,
  /** What a new shared worker does: `works`, `silent`, `fails`, `throws`. */
  mode: 'works',
  locks: true,
  held: new Map(),
  waiting: [],

  /** A fresh browser. */
  start({ locks = true, mode = 'works' } = {}) {
    Object.assign(this, { worker: undefined, workers: 0, locks, mode, held: new Map(), waiting: [] });
    globalThis.WebSocket = native;
    globalThis.SharedWorker = FakeSharedWorker;
    if (locks) navigator.locks = { request };
    else delete navigator.locks;
  },

  end() {
    globalThis.WebSocket = FakeSocket;
    delete globalThis.SharedWorker;
    delete navigator.locks;
  },

  /** The worker is killed: its lock is free, and nothing that it was about to say is said. */
  kill() {
    const { ports, lock } = this.worker;
    for (const port of ports) port.closed = true;
    this.worker = undefined;
    // what it has open closes with it
    for (const socket of FakeSocket.all) if (!socket.closed) Object.assign(socket, { closed: true, onopen: null, onmessage: null, onclose: null });
    free(lock);
  },
};

function free(name) {
  world.held.delete(name);
  for (const next of world.waiting.splice(0)) {
    if (next.name === name && !next.signal?.aborted) next.run();
    else if (!next.signal?.aborted) world.waiting.push(next);
  }
}

/** Enough of navigator.locks: a lock that is held until the promise of its holder settles. */
async function request(name, options, then) {
  if (typeof options === 'function') [then, options] = [options, {}];
  if (world.held.has(name)) {
    await new Promise((run, stop) => {
      world.waiting.push({ name, run, signal: options.signal });
      options.signal?.addEventListener('abort', () => stop(new Error('AbortError')));
    });
  }
  world.held.set(name, true);
  await then();
  free(name);
}

class FakeSharedWorker {
  constructor(url, { name, type }) {
    world.url = String(url);
    if (world.mode === 'throws') throw new Error('SecurityError');
    const [page, port] = channel();
    this.port = page;
    if (type !== 'module' || world.mode === 'fails') queueMicrotask(() => this.onerror?.({}));
    if (world.mode !== 'works') return;
    if (!world.worker) {
      const lock = 'worker ' + ++world.workers;
      world.worker = { hub: new Hub(), name, lock, ports: [] };
      world.held.set(lock, true);
    }
    const { hub, lock, ports } = world.worker;
    ports.push(port);
    queueMicrotask(() => port.closed || hub.join(port, world.locks ? lock : undefined));
  }
}

/** A tab as far as the shared connection goes; its page is a log. */
export class FakeTab {
  states = [];
  ids = [];
  logins = [];
  closes = [];
  opens = 0;
  errors = [];
  reads = [];
  unread = undefined;
  frames = [];
  fellBack = false;

  constructor(options = {}) {
    this.lost = false;
    this.connection = new SharedConnection({ base: 'https://hotel.example/app/bellhop/', transports: ['websocket'], ...options }, {
      state: (state) => this.states.push(state),
      open: () => this.opens++,
      close: (info) => this.closes.push(info),
      login: (answer) => {
        this.logins.push(answer);
        this.unread = answer.unread;
      },
      message: (message) => this.ids.push(message.id ?? message.msg_type),
      read: (data) => {
        this.reads.push(data.id);
        this.unread = data.unread;
      },
      error: (data) => this.errors.push(data.code),
      outgoing: () => this.frames.shift(),
      avoid: (until) => (this.avoided = until),
    }, () => (this.fellBack = true));
    this.connection.start();
  }

  get state() {
    return this.states.at(-1);
  }

  send(msg_type, data) {
    this.frames.push({ text: JSON.stringify({ msg_type, data }) });
    this.connection.flush();
  }
}

/** Time passes, and what it set off is done. */
export async function pass(ms = 0) {
  await settle();
  tick(ms);
  await settle();
}

/** What `GET api/me` says. */
export function loggedInAs(user) {
  browser.fetchStatus = user ? 200 : 401;
  browser.fetchJson = () => ({ user_id: user });
}

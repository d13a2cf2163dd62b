/** The shared worker: one for all tabs of this browser that have the same Bellhop. See bellhop-hub.js. */
import { Hub } from './bellhop-hub.js';
import { hold } from './bellhop-lock.js';

const hub = new Hub();
const lock = hold('bellhop worker');

/** @type {any} */ (globalThis).onconnect = (/** @type {any} */ { ports: [port] }) => lock.then((name) => hub.join(port, name));

/** The last kept messages of a connection, for tabs that come: all after `start` up to `head`, without a hole. */
import { compare } from './bellhop-position.js';

/** @typedef {import('./bellhop.js').Message<any>} Message */

const MOST = 256; // messages
const SIZE = 1_048_576; // characters

export class Recent {
  start = '0-0';
  head = '0-0';
  /** @type {{ message: Message, size: number }[]} */
  #all = [];
  #size = 0;

  /** What comes now goes on from here. @param {string} position */
  from(position) {
    this.#all = [];
    this.#size = 0;
    this.start = this.head = position;
  }

  /** @param {Message} message a kept one @param {number} size */
  add(message, size) {
    this.head = message.id ?? this.head;
    this.#all.push({ message, size });
    for (this.#size += size; this.#all.length > MOST || this.#size > SIZE; ) {
      const [oldest] = this.#all.splice(0, 1);
      this.#size -= oldest.size;
      this.start = oldest.message.id ?? this.start;
    }
  }

  /** @param {string} position @returns {Message[] | undefined} what came after it; undefined if that is not known here */
  after(position) {
    if (compare(position, this.start) < 0 || compare(position, this.head) > 0) return undefined;
    return this.#all.map(({ message }) => message).filter(({ id = '0-0' }) => compare(id, position) > 0);
  }
}

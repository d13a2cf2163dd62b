/** Positions in a user's inbox, `<epoch>-<offset>`: their order, what comes next, and what is unread. */

/** @param {string} position */
export const split = (position) => position.split('-').map(Number);

/** @param {string} a @param {string} b */
export const compare = (a, b) => {
  const [x, y] = [split(a), split(b)];
  return x[0] - y[0] || x[1] - y[1];
};

/** @param {string | undefined} a @param {string} b */
export const later = (a, b) => (a && compare(a, b) > 0 ? a : b);

/** How far `b` is after `a` in the same epoch; 0 in different epochs. @param {string} a @param {string} b */
export const distance = (a, b) => {
  const [[epoch, offset], [otherEpoch, other]] = [split(a), split(b)];
  return epoch === otherEpoch ? other - offset : 0;
};

/** Whether a message is the next one, a repeat, or shows that something is missing. */
export class Sequence {
  /** @type {string | undefined} whose inbox it is */
  owner;
  /** @type {string | undefined} of the last message that was next */
  position;
  #end = '0-0'; // of the inbox at login: up to here holes are messages that have expired
  /** @type {string | undefined} the position from which it was last asked what is missing */
  #gap;

  /** @param {string} [owner] @param {string} [position] */
  constructor(owner, position) {
    this.owner = owner;
    this.position = position;
  }

  /**
   * The server has answered a login. `further`: messages went on meanwhile on another connection, and what has come stays.
   *
   * @param {import('./bellhop.js').LoginAnswer} answer @param {boolean} [further] @returns {boolean} whether it is the same user as before
   */
  answered({ user_id, from_id, last_id }, further = false) {
    const sameUser = this.owner === user_id;
    if (!sameUser) this.position = this.#gap = undefined;
    this.owner = user_id;
    if (from_id) this.position = further ? later(this.position, from_id) : from_id;
    this.#end = last_id;
    return sameUser;
  }

  /**
   * The answer as of now: messages may have come since it was made.
   *
   * @template {import('./bellhop.js').LoginAnswer} T @param {T} answer @returns {T}
   */
  asOfNow(answer) {
    const { position = answer.last_id } = this;
    const last_id = later(position, answer.last_id);
    return { ...answer, from_id: position, last_id, unread: answer.unread + distance(answer.last_id, last_id) };
  }

  /** If it is the next one, this is the position now. @param {string} id @returns {'next' | 'repeat' | 'gap'} */
  judge(id) {
    const { position } = this;
    if (position) {
      const gap = distance(later(position, this.#end), id) > 1;
      const back = split(id)[0] < split(position)[0]; // a repeat, or Redis has lost its data and its clock has gone back
      // why once for each position: a server that cannot fill the gap must not be asked for ever
      if ((gap || back) && this.#gap !== position) {
        this.#gap = position;
        return 'gap';
      }
      if (compare(id, position) <= 0) return 'repeat';
    }
    this.position = id;
    return 'next';
  }
}

/** How many kept messages a user has not read. */
export class Unread {
  count = 0;
  #end = '0-0'; // of the inbox at login: the answer to login has counted up to here
  /** @type {string | undefined} the last message's */
  #position;
  /** @type {string | undefined} what this page has called read */
  #read;

  /** @param {import('./bellhop.js').LoginAnswer} answer @param {boolean} sameUser */
  answered({ last_id, from_id, unread }, sameUser) {
    if (!sameUser) this.#read = this.#position = undefined;
    if (from_id) this.#position = from_id;
    this.#end = last_id;
    return this.set(unread);
  }

  /** @param {string} id @returns {boolean} whether it has been counted now */
  arrived(id) {
    this.#position = id;
    if (compare(id, this.#end) <= 0) return false;
    this.set(this.count + 1);
    return true;
  }

  /** @param {string} id */
  read(id) {
    this.#read = id;
    return this.set(this.count);
  }

  /** @param {number} count */
  set(count) {
    // why not the server's word alone: it tells a read to the user's other pages, and does not know of one that is queued
    if (this.#read) {
      const last = later(this.#position, this.#end);
      if (split(this.#read)[0] === split(last)[0]) count = Math.min(count, Math.max(0, distance(this.#read, last)));
    }
    return (this.count = count);
  }
}

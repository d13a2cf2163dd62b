/** What a page wants to send and has not sent yet. Each frame belongs to the user who was logged in when it was made. */

const READ = '{"msg_type":"read",';

export class Outgoing {
  /** @type {{ text: string, user?: string }[]} */
  #frames = [];

  get length() {
    return this.#frames.length;
  }

  /** @param {string} text @param {string} [user] */
  add(text, user) {
    // why: the newest says it all, and a page may read each message of a burst
    if (text.startsWith(READ)) this.#frames = this.#frames.filter((frame) => !frame.text.startsWith(READ));
    this.#frames.push({ text, user });
  }

  take() {
    return this.#frames.shift();
  }

  /** Drops what belongs to somebody else. @param {string} user @returns {number} how many frames */
  only(user) {
    const before = this.#frames.length;
    this.#frames = this.#frames.filter((frame) => frame.user === undefined || frame.user === user);
    return before - this.#frames.length;
  }

  clear() {
    this.#frames = [];
  }
}

/**
 * Holds a lock of its own until the signal is given, or whoever holds it dies: so others find out.
 *
 * @param {string} name @param {AbortSignal} [signal]
 * @returns {Promise<string | undefined>} the lock's name once it is held; undefined where there are no locks (plain HTTP)
 */
export function hold(name, signal) {
  const own = `${name} ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
  return new Promise((held) => {
    if (!navigator.locks) return held(undefined);
    navigator.locks.request(own, () => new Promise((done) => {
      held(own);
      if (signal?.aborted) done(undefined);
      signal?.addEventListener('abort', () => done(undefined));
    })).catch(() => held(undefined));
  });
}

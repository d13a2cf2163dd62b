/** Why a message is, or is not, where it should be: one sentence. Pure. */

const split = (position) => position.split('-').map(Number);

/** Positions in their order: `<epoch>-<offset>`. */
export const compare = (a, b) => {
  const [x, y] = [split(a), split(b)];
  return x[0] - y[0] || x[1] - y[1];
};

const reached = (mark, id) => mark != null && compare(mark, id) >= 0;
const pages = (count) => (count === 1 ? '1 open page' : `${count} open pages`);
const UNKNOWN = ' A node did not answer, so there may be more.';

/** Why a page that is open has not been sent the message. */
const reasons = [
  [({ state }) => state === 'closing', 'being closed'],
  [({ state }) => state === 'open', 'without its login frame yet'],
  [({ state }) => state === 'logging_in', 'logging in, which waits for Redis'],
  [({ last_id }, id) => reached(last_id, id), 'reading slowly: it waits in the outbox'],
  [({ state }) => state === 'replaying', 'still being sent what it has missed'],
  [() => true, 'not there yet'],
];

/**
 * @param {string} id of the message
 * @param {{ state: string, waiting: number, last_id: string | null, from: string | null, sent: string | null }[]} connections open now
 * @param {{ read: string | null, delivered: string | null }} marks of the user
 * @param {number} silent nodes that may hold more connections and did not answer
 */
export function fate(id, connections, { read, delivered }, silent = 0) {
  if (reached(read, id)) return 'Read.';
  const more = silent ? UNKNOWN : '';
  if (connections.length === 0) {
    return (reached(delivered, id) ? 'Sent to a page that has been left since; not read.' : 'Waits: no page of this user is open.') + more;
  }
  const behind = connections.filter(({ from }) => reached(from, id));
  const sent = connections.filter(({ from, sent: upTo }) => from != null && !reached(from, id) && reached(upTo, id));
  if (sent.length === connections.length) {
    return `Sent to ${sent.length === 1 ? 'the open page' : `all ${sent.length} open pages`}; not read.${more}`;
  }
  if (behind.length === connections.length) return `Sent before ${behind.length === 1 ? 'the page that is open' : 'the pages that are open'} came; not read.${more}`;
  const rest = connections.filter((connection) => !behind.includes(connection) && !sent.includes(connection));
  const counts = new Map();
  for (const connection of rest) {
    const [, why] = reasons.find(([holds]) => holds(connection, id));
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const why = [...counts].map(([reason, count]) => `${count} ${reason}`);
  if (behind.length) why.push(`${behind.length} opened later, when a page had it already`);
  return `Sent to ${sent.length} of ${pages(connections.length)}: ${why.join(', ')}; not read.${more}`;
}

/**
 * Why a user has, or has not, a message for many: one sentence.
 *
 * @param {{ id: string, expires_at?: string }} message on a board
 * @param {{ board: string, taken: string | null, member?: { from: string, to: string | null }[] } | undefined} has what the user has of that board
 * @param {number} open pages of the user now
 */
export function boardFate({ id, expires_at: expires }, board, has, open, now = Date.now()) {
  const isExpired = expires !== undefined && Date.parse(expires) <= now;
  if (board.startsWith('group:')) {
    const spans = has?.member ?? [];
    if (!spans.some(({ from, to }) => compare(id, from) > 0 && (to == null || compare(id, to) <= 0))) {
      return spans.length ? 'Not for them: no member when it was published.' : 'Not for them: never a member.';
    }
  }
  if (reached(has?.taken, id)) return isExpired ? 'Taken in, unless it had expired by then.' : 'In their inbox.';
  if (isExpired) return 'Expired before it was taken in.';
  if (board.startsWith('role:')) {
    return open ? 'Not in their inbox: no open page of theirs has a login with this role, or it is being taken in.'
      : 'Waits until they log in, if they hold the role then.';
  }
  return open ? 'Is being taken in. If this stays, look at bellhop_board_failures_total.' : 'Waits: they get it when they log in.';
}

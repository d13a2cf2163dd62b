/** Why a message is, or is not, where it should be: one sentence. Pure. */

const split = (position) => position.split('-').map(Number);

/** Positions in their order: `<epoch>-<offset>`. */
export const compare = (a, b) => {
  const [x, y] = [split(a), split(b)];
  return x[0] - y[0] || x[1] - y[1];
};

const reached = (mark, id) => mark != null && compare(mark, id) >= 0;
const pages = (count) => (count === 1 ? 'page' : 'pages');

/**
 * @param {string} id of the message
 * @param {{ state: string, last_id: string | null, waiting: number }[]} connections open now
 * @param {{ read: string | null, delivered: string | null }} marks of the user
 */
export function fate(id, connections, { read, delivered }) {
  if (reached(read, id)) return 'Read.';
  const sent = connections.filter(({ state, last_id }) => (state === 'live' || state === 'replaying') && reached(last_id, id));
  if (connections.length === 0) {
    return reached(delivered, id) ? 'Sent to a page that has been left since; not read.' : 'Waits: no page of this user is open.';
  }
  if (sent.length === connections.length) {
    const stuck = sent.filter(({ waiting }) => waiting > 0).length;
    const slow = stuck > 0 ? `; ${stuck} of them reads slowly, and it may still wait there` : '';
    return `Sent to ${sent.length === 1 ? 'the open page' : `all ${sent.length} open pages`}; not read${slow}.`;
  }
  const why = [];
  const count = (state) => connections.filter((connection) => connection.state === state).length;
  if (count('open')) why.push(`${count('open')} has not sent its login frame`);
  if (count('logging_in')) why.push(`${count('logging_in')} waits for Redis`);
  if (count('replaying')) why.push(`${count('replaying')} is being sent what it has missed`);
  const rest = why.length ? `: ${why.join(', ')}` : '';
  if (sent.length === 0 && reached(delivered, id)) return `Sent to a page that has been left since${rest}; not read.`;
  return `Sent to ${sent.length} of ${connections.length} open ${pages(connections.length)}${rest}; not read.`;
}

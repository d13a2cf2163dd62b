/** What the nodes report, added up and remembered for a while. Pure: times are given, nothing is shown. */

const FORGOTTEN = 20_000; // a node reports every 5 s
const STEP = 5_000;
const STEPS = 120; // ten minutes

/** The curves that are drawn: each a sum over the nodes of one of their rates or metrics. */
export const CURVES = [
  { name: 'Sent to pages, a second', of: 'frames_sent', kind: 'rates' },
  { name: 'Heard from Redis, a second', of: 'heard', kind: 'rates' },
  { name: 'Kept in inboxes, a second', of: 'published', kind: 'rates' },
  { name: 'Sent by pages, a second', of: 'inbound', kind: 'rates' },
  { name: 'Waiting in outboxes', of: 'outbox_waiting', kind: 'metrics' },
  { name: 'Connections', of: 'connections', kind: 'metrics' },
];

/** Whether the nodes reach Redis, in a word or two. */
export function redisState(reports) {
  const well = reports.filter(({ redis }) => redis.connected && redis.subscribed).length;
  if (reports.length === 0) return '–';
  return well === reports.length ? 'connected' : well === 0 ? 'disconnected' : `${well} of ${reports.length} nodes`;
}

const isObject = (value) => typeof value === 'object' && value !== null;

/** Whether it is a node's: whoever may publish can send the operator any message, but only one that is kept, of whatever shape. */
export const isReport = (report, message = {}) => message.id === undefined && isObject(report) && typeof report.node === 'string'
  && [report.rates, report.metrics, report.redis].every(isObject);

export class Nodes {
  #reports = new Map();
  #points = CURVES.map(() => []);
  #stepped = -Infinity;

  /** One node has reported. */
  note(report, now) {
    this.#reports.set(report.node, { report, at: now });
    this.#step(now);
  }

  /** What was before this page: for each curve its points, oldest first, of which the last is now. They take the place of all others. */
  remember(points, now) {
    this.#points = CURVES.map(({ of }) => (points[of] ?? []).slice(-STEPS));
    this.#stepped = now;
  }

  /** All that report, by name; who has been silent for long is gone. */
  all(now) {
    for (const [node, { at }] of this.#reports) if (now - at > FORGOTTEN) this.#reports.delete(node);
    return [...this.#reports.values()].map(({ report }) => report).sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  /** The sum over all nodes of one of their metrics. */
  total(metric, now) {
    return this.all(now).reduce((sum, { metrics }) => sum + (metrics[metric] ?? 0), 0);
  }

  /** The points of each curve, oldest first. */
  get points() {
    return this.#points;
  }

  // why not a point for each report: nodes report at different moments, and a sum of some is no sum
  #step(now) {
    const reports = this.all(now);
    const replace = now - this.#stepped < STEP;
    if (!replace) this.#stepped = now;
    CURVES.forEach(({ of, kind }, i) => {
      const points = this.#points[i];
      if (replace) points.pop();
      points.push(reports.reduce((sum, report) => sum + (report[kind][of] ?? 0), 0));
      if (points.length > STEPS) points.shift();
    });
  }
}

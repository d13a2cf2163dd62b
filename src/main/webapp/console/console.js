/** The operator's page. What nodes report comes through Bellhop itself, as any message to any page. */

import { Bellhop } from '../bellhop.js';
import { call } from './api.js';
import { Chart } from './chart.js';
import { CURVES, Nodes } from './nodes.js';
import * as scheduled from './scheduled.js';
import { $, attempt, cell, duration, el, number, rate, rows, time } from './show.js';
import * as user from './user.js';

const WATCH = 25_000; // a watch lasts a minute
const ASK = 5_000;

const nodes = new Nodes();
const charts = CURVES.map(({ name }) => new Chart(name, $('charts')));
let asked = 0;

function show() {
  const now = performance.now();
  $('connections').textContent = number(nodes.total('connections', now));
  $('users').textContent = number(nodes.total('users', now));
  $('waiting').textContent = number(nodes.total('outbox_waiting', now));
  rows($('node-rows'), nodes.all(now).map(({ node, uptime_seconds, redis, rates, metrics }) => {
    const well = redis.connected && redis.subscribed;
    return el('tr', {}, el('th', { scope: 'row' }, node), cell(duration(uptime_seconds)),
      cell(well ? 'there' : redis.connected ? 'does not hear' : 'away', well ? 'good' : 'bad'), cell(number(metrics.connections), 'number'),
      cell(number(metrics.users), 'number'), cell(rate(rates.frames_sent), 'number'), cell(number(metrics.outbox_waiting), 'number'),
      cell(number(metrics.slow_consumers), 'number'));
  }), 8, 'No node has reported yet.');
  charts.forEach((chart, i) => chart.draw(nodes.points[i]));
}

/** The depth of the queues, which no node counts; and the nodes, too, when they cannot tell by themselves. */
async function ask() {
  asked = performance.now();
  const stats = await call('GET', 'stats');
  for (const queue of ['scheduled', 'ingest', 'consumer', 'rejected']) $(`depth-${queue}`).textContent = number(stats[queue]);
  for (const report of stats.nodes) nodes.note(report, performance.now());
  show();
}

function refusal({ at, reason, message }) {
  return el('li', {}, el('p', {}, ...(at ? [time(new Date(at).toISOString()), ' · '] : []), reason ?? ''), el('code', {}, message));
}

async function rejected() {
  const { rejected: all } = await call('GET', 'rejected?limit=50');
  $('rejected-list').replaceChildren(...(all.length ? all.map(refusal) : [el('li', { class: 'empty' }, 'Nothing has been rejected.')]));
}

const hop = new Bellhop();
const watch = () => call('POST', 'console/watch').catch(() => {}); // the next one comes soon

hop.on('bellhop.node', (report) => {
  nodes.note(report, performance.now());
  show();
});
hop.on('state', (state) => {
  $('state').dataset.state = state;
  $('state').textContent = { open: 'live', closed: 'the login has ended, or you were disconnected: reload' }[state] ?? 'connection lost: asks every five seconds';
  if (state === 'open') watch();
});

user.start(scheduled.findFor);
scheduled.start();
$('refresh-rejected').addEventListener('click', () => attempt(rejected));
attempt(rejected);
attempt(ask);
watch();
setInterval(watch, WATCH);
setInterval(() => {
  if (!document.hidden && hop.state !== 'closed' && performance.now() - asked >= ASK - 100) ask().catch(() => {});
}, ASK);

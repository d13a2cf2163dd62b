/** The operator's page. What nodes report comes through Bellhop itself, as any message to any page. */

import { Bellhop } from '../bellhop.js';
import { call } from './api.js';
import * as boards from './boards.js';
import { Chart } from './chart.js';
import { CURVES, Nodes, isReport, redisState } from './nodes.js';
import * as scheduled from './scheduled.js';
import { $, attempt, cell, duration, el, number, rate, rows, time } from './show.js';
import * as user from './user.js';

const WATCH = 25_000; // a watch lasts a minute
const ASK = 5_000;
const SILENT = 15_000; // nodes report every 5 s: after three times without a word, ask

const nodes = new Nodes();
const charts = CURVES.map(({ name }) => new Chart(name, $('charts')));
const QUEUES = ['scheduled', 'ingest', 'consumer', 'rejected'];
let heard = -Infinity;
let asked = -Infinity;
let asking = false;
let unwatched = ''; // why the nodes do not tell by themselves
let failed = ''; // why they could not be asked

const isLive = () => hop.state === 'open' && performance.now() - heard < SILENT;

/** Where the figures come from; and if from nowhere, why. */
function tell() {
  const [state, text] = hop.state === 'closed' ? ['closed', 'ended: log in to the application, then reload this page']
    : isLive() ? ['open', 'live']
    : failed ? ['closed', `no figures: ${failed}`]
    : asked === -Infinity ? ['connecting', 'connecting']
    : ['waiting', `${unwatched || (hop.state === 'open' ? 'waiting for the nodes' : 'connection lost')}: asks every five seconds`];
  $('state').dataset.state = state;
  if ($('state').textContent !== text) $('state').textContent = text; // why if: it is read out
}

function depths(queues) {
  for (const queue of QUEUES) $(`depth-${queue}`).textContent = number(queues[queue]);
}

function show() {
  const now = performance.now();
  $('connections').textContent = number(nodes.total('connections', now));
  $('users').textContent = number(nodes.total('users', now));
  $('waiting').textContent = number(nodes.total('outbox_waiting', now));
  rows($('node-rows'), nodes.all(now).map(({ node, uptime_seconds, redis, rates, metrics }) => {
    const well = redis.connected && redis.subscribed;
    return el('tr', {}, el('th', { scope: 'row' }, node), cell(duration(uptime_seconds), 'fixed'),
      cell(well ? 'connected' : redis.connected ? 'does not hear' : 'disconnected', well ? 'fixed good' : 'fixed bad'), cell(number(metrics.connections), 'number'),
      cell(number(metrics.users), 'number'), cell(rate(rates.frames_sent), 'number'), cell(number(metrics.outbox_waiting), 'number'),
      cell(number(metrics.slow_consumers), 'number'));
  }), 8, 'No node has reported yet.');
  $('redis').textContent = failed ? 'disconnected?' : redisState(nodes.all(now));
  charts.forEach((chart, i) => chart.draw(nodes.points[i]));
}

/** What all nodes have last reported, when they do not tell by themselves. */
async function ask() {
  if (asking) return;
  asking = true;
  try {
    const stats = await call('GET', 'stats');
    failed = '';
    depths(stats);
    for (const report of stats.nodes.filter((one) => isReport(one))) nodes.note(report, performance.now());
  } catch (refused) {
    failed = refused.message;
  }
  asking = false;
  asked = performance.now();
  show();
  tell();
}

function refusal({ at, reason, message }) {
  return el('li', {}, el('p', {}, ...(at === undefined ? [] : [time(new Date(at).toISOString()), ' · ']), reason ?? 'not written by Bellhop'), el('code', {}, message));
}

/** Draws the minutes before this page was opened, and those in which it was not connected. */
async function remember() {
  try {
    const { points } = await call('GET', 'stats/history');
    nodes.remember(points, performance.now());
    show();
  } catch {
    // the curves begin now
  }
}

async function rejected() {
  const { rejected: all } = await call('GET', 'rejected?limit=50');
  $('rejected-list').replaceChildren(...(all.length ? all.map(refusal) : [el('li', { class: 'empty' }, 'Nothing has been rejected.')]));
}

const hop = new Bellhop();

/** Has the nodes tell this page; the next try comes soon. */
async function watch() {
  try {
    await call('POST', 'console/watch');
    unwatched = '';
  } catch (refused) {
    unwatched = refused.message;
  }
}

hop.on('bellhop.node', (report, message) => {
  if (!isReport(report, message)) return;
  heard = performance.now();
  failed = '';
  nodes.note(report, heard);
  if (report.queues) depths(report.queues); // a node of the version before sends none
  show();
  tell();
});
hop.on('state', (state) => {
  if (state === 'open') {
    watch();
    remember();
  }
  tell();
});

user.start(scheduled.findFor);
scheduled.start();
boards.start();
$('refresh-rejected').addEventListener('click', () => attempt(rejected));
attempt(rejected);
remember();
ask();
watch();
setInterval(watch, WATCH);
setInterval(() => {
  tell();
  if (!document.hidden && hop.state !== 'closed' && !isLive()) ask();
}, ASK);

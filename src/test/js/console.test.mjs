import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, title } from '../../main/webapp/console/boards.js';
import { boardFate, fate } from '../../main/webapp/console/fate.js';
import { CURVES, Nodes, isReport, redisState } from '../../main/webapp/console/nodes.js';
import { local } from '../../main/webapp/console/scheduled.js';
import { paths } from '../../main/webapp/console/chart.js';
import { duration } from '../../main/webapp/console/show.js';

/** A page that has logged in at 5-1 and been sent up to there, of what was put into its outbox. */
const page = (sent, state = 'live', last_id = sent, from = '5-1') => ({ state, last_id, from, sent, waiting: sent === last_id ? 0 : 3 });
const none = { read: null, delivered: null };

test('where a message went', () => {
  assert.equal(fate('5-2', [], none), 'Waits: no page of this user is open.');
  assert.equal(fate('5-2', [], { read: null, delivered: '5-2' }), 'Sent to a page that has been left since; not read.');
  assert.equal(fate('5-2', [page('5-2')], { read: '5-10', delivered: '5-10' }), 'Read.');
  assert.equal(fate('5-10', [page('5-10'), page('5-11')], { read: '5-9', delivered: '5-11' }), 'Sent to all 2 open pages; not read.');
  assert.equal(fate('5-10', [page('5-10')], none), 'Sent to the open page; not read.');
});

test('why an open page has not been sent a message', () => {
  const said = (connection) => fate('5-10', [page('5-10'), connection], none).match(/^Sent to 1 of 2 open pages: 1 (.*); not read\.$/)[1];
  assert.equal(said(page('5-9')), 'not there yet');
  assert.equal(said(page('5-9', 'live', '5-12')), 'reading slowly: it waits in the outbox');
  assert.equal(said({ state: 'open', last_id: null, from: null, sent: null, waiting: 0 }), 'without its login frame yet');
  assert.equal(said({ state: 'logging_in', last_id: null, from: null, sent: null, waiting: 0 }), 'logging in, which waits for Redis');
  assert.equal(said(page('5-9', 'replaying')), 'still being sent what it has missed');
  assert.equal(said(page('5-9', 'closing')), 'being closed');
  assert.equal(fate('5-10', [page('5-2'), page('5-3'), page('5-2', 'replaying')], none),
    'Sent to 0 of 3 open pages: 2 not there yet, 1 still being sent what it has missed; not read.');
});

test('a page that was opened later was not sent what another one had', () => {
  const later = page('5-12', 'live', '5-12', '5-10');
  assert.equal(fate('5-10', [later], none), 'Sent before the page that is open came; not read.');
  assert.equal(fate('5-10', [later, later], none), 'Sent before the pages that are open came; not read.');
  assert.equal(fate('5-10', [later, page('5-10')], none), 'Sent to 1 of 2 open pages: 1 opened later, when a page had it already; not read.');
});

test('a node that is silent may hold more pages', () => {
  assert.match(fate('5-10', [], none, 1), /^Waits: .* A node did not answer, so there may be more\.$/);
  assert.match(fate('5-10', [page('5-10')], none, 2), /A node did not answer/);
});

test('whether the nodes reach Redis', () => {
  const node = (connected, subscribed = connected) => ({ redis: { connected, subscribed } });
  assert.equal(redisState([]), '–');
  assert.equal(redisState([node(true), node(true)]), 'connected');
  assert.equal(redisState([node(true), node(true, false)]), '1 of 2 nodes');
  assert.equal(redisState([node(false)]), 'disconnected');
});

test('what a publisher sends does not pass for what a node reports', () => {
  const report = { node: 'n1', uptime_seconds: 1, redis: { connected: true, subscribed: true }, rates: {}, metrics: {} };
  assert.ok(isReport(report, { msg_type: 'bellhop.node', data: report }));
  assert.ok(!isReport(report, { id: '5-1', msg_type: 'bellhop.node', data: report }), 'nodes have nothing kept; a publisher can have nothing else');
  for (const wrong of [undefined, null, 'n1', [], {}, { ...report, node: 1 }, { ...report, rates: null }, { ...report, metrics: 5 }, { ...report, redis: undefined }]) {
    assert.ok(!isReport(wrong, { msg_type: 'bellhop.node' }), JSON.stringify(wrong));
  }
});

test('a due time beyond what a page can write breaks nothing', () => {
  assert.match(local('2026-05-01T10:00:00.5Z'), /^2026-0[45]-\d\dT\d\d:\d\d:00$/);
  for (const iso of ['+31690708-01-01T00:00:00Z', '+12026-05-01T10:00:00Z', '-0001-05-01T10:00:00Z', 'never']) assert.equal(local(iso), '');
});

const report = (node, connections, sent) => ({ node, rates: { frames_sent: sent }, metrics: { connections } });

test('nodes are added up, and forgotten when they are silent', () => {
  const nodes = new Nodes();
  nodes.note(report('a', 3, 1), 0);
  nodes.note(report('b', 4, 2), 1_000);
  assert.equal(nodes.total('connections', 1_000), 7);
  nodes.note(report('a', 5, 1), 5_000);
  assert.equal(nodes.total('connections', 5_000), 9);
  assert.deepEqual(nodes.all(22_000).map(({ node }) => node), ['a']);
  assert.equal(nodes.total('connections', 22_000), 5);
});

test('a curve has one point for each five seconds, and ten minutes of them', () => {
  const nodes = new Nodes();
  const curve = CURVES.findIndex(({ name }) => name === 'Connections');
  for (let now = 0; now < 1_000_000; now += 2_500) {
    nodes.note(report('a', 1, 0), now);
    nodes.note(report('b', 2, 0), now + 1);
  }
  assert.equal(nodes.points[curve].length, 120);
  assert.ok(nodes.points[curve].every((value) => value === 3));
});

test('what was before the page is drawn too, and goes on', () => {
  const nodes = new Nodes();
  nodes.note(report('a', 9, 9), 0);
  const past = Array.from({ length: 200 }, (_, i) => i);
  nodes.remember({ connections: past, frames_sent: [1, 2] }, 1_000);
  const curve = (name) => nodes.points[CURVES.findIndex(({ of }) => of === name)];
  assert.deepEqual(curve('connections'), past.slice(-120));
  assert.deepEqual(curve('frames_sent'), [1, 2]);
  assert.deepEqual(curve('heard'), []);
  nodes.note(report('a', 3, 7), 3_000);
  assert.deepEqual(curve('frames_sent'), [1, 7], 'the same moment');
  nodes.note(report('a', 4, 8), 8_000);
  assert.deepEqual(curve('frames_sent'), [1, 7, 8]);
  assert.deepEqual(curve('connections').slice(-2), [3, 4]);
  assert.equal(curve('connections').length, 120);
});

test('a curve ends at the right edge and stays in its box', () => {
  assert.deepEqual(paths([], 120), { line: '', area: '' });
  const { line } = paths([0, 5, 10], 120);
  const points = line.slice(1).split('L').map((point) => point.split(' ').map(Number));
  assert.equal(points.at(-1)[0], 300);
  assert.ok(points.every(([x, y]) => x >= 0 && x <= 300 && y >= 0 && y <= 60));
  assert.ok(points[0][1] > points[1][1] && points[1][1] > points[2][1], 'more is higher');
});

test('a duration is told in its two largest units', () => {
  assert.equal(duration(0), '0 s');
  assert.equal(duration(59), '59 s');
  assert.equal(duration(61), '1 min 1 s');
  assert.equal(duration(90_061), '1 d 1 h');
});

test('why a user has not got a message for many', () => {
  const message = { id: '1000-3' };
  const said = (board, has, open = 0) => boardFate(message, board, has && { board, ...has }, open, 5_000);
  assert.equal(said('everyone', { taken: '1000-3' }), 'In their inbox.');
  assert.equal(said('everyone', { taken: '1000-2' }), 'Waits: they get it when they log in.');
  assert.equal(said('everyone', undefined, 2), 'Is being taken in. If this stays, look at bellhop_board_failures_total.');
  assert.equal(said('role:clerk', undefined), 'Waits until they log in, if they hold the role then.');
  assert.match(said('role:clerk', { taken: '999-9' }, 1), /^Not in their inbox: no open page/);
  assert.equal(said('group:a', undefined), 'Not for them: never a member.');
  assert.equal(said('group:a', { taken: null, member: [{ from: '1000-3', to: null }] }), 'Not for them: no member when it was published.');
  assert.equal(said('group:a', { taken: '1000-4', member: [{ from: '900-0', to: '1000-2' }] }), 'Not for them: no member when it was published.');
  assert.equal(said('group:a', { taken: '1000-4', member: [{ from: '900-0', to: '900-1' }, { from: '1000-2', to: '1000-3' }] }), 'In their inbox.');
  assert.equal(said('group:a', { taken: null, member: [{ from: '900-0', to: null }] }), 'Waits: they get it when they log in.');
  assert.equal(boardFate({ id: '1000-3', expires_at: new Date(4_000).toISOString() }, 'everyone', undefined, 0, 5_000), 'Expired before it was taken in.');
});

test('whom a message is for', () => {
  assert.deepEqual(['everyone', 'role:a:b', 'group:'].map(title), ['Everybody', 'Role a:b', 'Group ']);
  assert.deepEqual(address('everybody', 'x'), { to_user_id: '*' });
  assert.deepEqual(['user', 'role', 'group'].map((kind) => address(kind, '7')), [{ to_user_id: '7' }, { to_role: '7' }, { to_group: '7' }]);
});

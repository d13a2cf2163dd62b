import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fate } from '../../main/webapp/console/fate.js';
import { CURVES, Nodes } from '../../main/webapp/console/nodes.js';
import { paths } from '../../main/webapp/console/chart.js';
import { duration } from '../../main/webapp/console/show.js';

const live = (last_id, waiting = 0) => ({ state: 'live', last_id, waiting });
const none = { read: null, delivered: null };

test('where a message went', () => {
  assert.equal(fate('5-2', [], none), 'Waits: no page of this user is open.');
  assert.equal(fate('5-2', [], { read: null, delivered: '5-2' }), 'Sent to a page that has been left since; not read.');
  assert.equal(fate('5-2', [live('5-2')], { read: '5-10', delivered: '5-10' }), 'Read.');
  assert.equal(fate('5-10', [live('5-10'), live('5-11')], { read: '5-9', delivered: '5-11' }), 'Sent to all 2 open pages; not read.');
  assert.equal(fate('5-10', [live('5-10')], none), 'Sent to the open page; not read.');
  assert.equal(fate('5-10', [live('5-10'), live('5-9')], none), 'Sent to 1 of 2 open pages; not read.');
  assert.match(fate('5-10', [live('5-10', 7)], none), /may still wait there/);
  assert.match(fate('5-10', [{ state: 'open', last_id: null, waiting: 0 }], none), /Sent to 0 of 1 open page: 1 has not sent its login frame; not read\./);
  assert.match(fate('6-1', [{ state: 'replaying', last_id: '5-99', waiting: 0 }], none), /is being sent what it has missed/);
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

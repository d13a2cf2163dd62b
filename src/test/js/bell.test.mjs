/** What bellhop-bell.js decides without a page. See bellhop.test.mjs. */
import { beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { BASE, MODULE, browser, newPage, settle } from './page.mjs';

beforeEach(newPage);

const { ago, safeUrl, wording } = await import(new URL('bellhop-bell-words.js', MODULE));
const { BellInbox, NEWEST, isAfter } = await import(new URL('bellhop-bell-inbox.js', MODULE));
const PAGE = 'https://hotel.example/desk/page.html';

test('follows links of the web only', () => {
  assert.equal(safeUrl('rooms/7', PAGE), 'https://hotel.example/desk/rooms/7');
  assert.equal(safeUrl('/rooms/7?a=b#c', PAGE), 'https://hotel.example/rooms/7?a=b#c');
  assert.equal(safeUrl('http://other.example/', PAGE), 'http://other.example/');
  for (const url of [
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', 'java\tscript:alert(1)',
    '\u0001javascript:alert(1)', 'javascript://hotel.example/%0aalert(1)', 'data:text/html,<script>alert(1)</script>',
    'vbscript:x', 'blob:https://hotel.example/1', 'file:///etc/passwd', 'ws://hotel.example/', 'mailto:a@b.example',
    '', '  ', 'http://', 'https://[', null, undefined, 7, {}, [], { toString: () => 'javascript:alert(1)' },
  ]) {
    assert.equal(safeUrl(url, PAGE), undefined, String(url));
  }
});

test('shows something of every message', () => {
  const shown = (data) => wording({ msg_type: 'notice', data });
  assert.deepEqual(shown({ title: 'Room 7', text: 'is ready' }), { title: 'Room 7', text: 'is ready' });
  assert.deepEqual(shown({ title: '<b>x</b>', text: 5 }), { title: '<b>x</b>', text: '5' });
  assert.deepEqual(shown({ text: 'only text' }), { title: 'only text', text: '' });
  assert.deepEqual(shown('plain'), { title: 'plain', text: '' });
  assert.deepEqual(shown({ title: ' ' }), { title: 'notice', text: '' });
  for (const data of [null, undefined, {}, [], true, { title: {}, text: [] }]) {
    assert.deepEqual(shown(data), { title: 'notice', text: '' });
  }
  assert.deepEqual(wording({ msg_type: 'notice', data: { title: 'a' } }, { title: 'b' }), { title: 'b', text: '' });
});

test('says how long ago', () => {
  const now = Date.parse('2025-06-01T12:00:00Z');
  const said = (seconds, lang = 'en') => ago(now - seconds * 1000, now, lang);
  assert.equal(said(0), 'now');
  assert.equal(said(59), 'now');
  assert.equal(said(-300), 'now', 'clocks differ');
  assert.match(said(60), /^1 min\.? ago$/);
  assert.match(said(3 * 3600 + 1800), /^3 hr\.? ago$/);
  assert.equal(said(86_400), 'yesterday');
  assert.match(said(400 * 86_400), /last yr|1 yr/);
  assert.equal(said(86_400, 'de'), 'gestern');
});

test('knows what is after what', () => {
  assert.ok(isAfter('100-10', '100-9'));
  assert.ok(isAfter('1000-1', '200-9'));
  assert.ok(isAfter('1-1', null));
  assert.ok(!isAfter('100-9', '100-9'));
});

// --- what the bell knows of the inbox, with a view that counts

/** As bellhop.js looks to the bell. */
class FakeHop {
  base = BASE;
  user = 'alice';
  unread = 0;
  state = 'open';
  reads = [];
  handlers = new Map();

  on(type, handler) {
    this.handlers.set(type, handler);
    return () => this.handlers.delete(type);
  }

  tell(type, data, message) {
    this.handlers.get(type)?.(data, message);
  }

  read(id) {
    this.reads.push(id);
    this.unread = 0;
  }

  arrives(...ids) {
    for (const id of ids) {
      this.unread++;
      this.tell('*', {}, { id, msg_type: 'notice', data: { title: id } });
    }
  }

  logsIn(user_id, recovered = true) {
    this.user = user_id;
    this.tell('login', { user_id, recovered });
  }
}

const numbers = (from, to, epoch = 100) => Array.from({ length: to - from + 1 }, (_, i) => `${epoch}-${from + i}`);

/** A bell whose server has these messages, oldest first. */
function bell(server = [], { hidden = () => false, user = 'alice' } = {}) {
  const hop = Object.assign(new FakeHop(), { user });
  const shown = []; // newest first
  const calls = { renewed: 0, extended: 0, arrived: 0, dropped: 0, seen: 0, news: [] };
  const ids = (rows) => rows.map(({ entry }) => entry.id);
  const view = {
    open: true,
    describe: ({ id, data }) => (hidden(id) ? null : Object(data)),
    renewed: (rows) => calls.renewed++ + shown.splice(0, shown.length, ...ids(rows)),
    extended: (rows) => calls.extended++ + shown.push(...ids(rows)),
    arrived: ({ entry }) => calls.arrived++ + shown.unshift(entry.id),
    dropped: (id) => calls.dropped++ + assert.equal(shown.pop(), id, 'only the last is dropped'),
    seen: () => calls.seen++,
    changed() {},
    upToDate() {},
    news: ({ entry }) => calls.news.push(entry.id),
  };
  const inbox = new BellInbox(view);
  inbox.subscribe(hop);
  const answers = { user_id: 'alice', read: null };
  browser.fetchJson = (url) => {
    const before = new URL(url).searchParams.get('before');
    const limit = Number(new URL(url).searchParams.get('limit'));
    const upTo = before ? server.indexOf(before) : server.length;
    const page = server.slice(Math.max(0, upTo - limit), upTo).reverse();
    const next = upTo > limit ? page.at(-1) : null;
    return { ...answers, messages: page.map((id) => ({ id, msg_type: 'notice', data: { title: id }, at: '2025-06-01T12:00:00Z' })), next };
  };
  return { hop, shown, calls, view, inbox, answers, server };
}

test('a day of arrivals: a hundred listed, and each costs one line more and one line less', async () => {
  const { hop, shown, calls, inbox, server } = bell(numbers(1, 20));
  await inbox.load();
  const late = numbers(21, 20_000);
  server.push(...late);
  hop.arrives(...late);
  assert.deepEqual(shown, numbers(20_000 - NEWEST + 1, 20_000).reverse());
  assert.equal(inbox.size, NEWEST);
  assert.deepEqual([calls.renewed, calls.arrived, calls.dropped], [2, late.length, late.length - (NEWEST - 20)], 'once when subscribed, once when loaded');
  await inbox.loadMore();
  assert.deepEqual(shown, numbers(20_000 - NEWEST - 19, 20_000).reverse(), 'what was dropped can be shown');
  hop.arrives('100-20001');
  assert.equal(shown.length, NEWEST + 20, 'what the user has asked for stays as long');
  assert.equal(shown[0], '100-20001');
});

test('work for each arrival does not grow with the list', async () => {
  const { hop, inbox } = bell(numbers(1, 20));
  await inbox.load();
  const took = (from) => {
    const ids = numbers(from, from + 9_999);
    const start = process.hrtime.bigint();
    hop.arrives(...ids);
    return Number(process.hrtime.bigint() - start) / 1e6;
  };
  took(21); // warms up
  const first = took(10_021);
  const rounds = [20_021, 30_021, 40_021, 50_021, 60_021, 70_021].map(took);
  assert.ok(Math.min(...rounds) < 10 * first + 20, `${first} ms, then ${rounds} ms`);
});

test('nothing is listed before somebody has looked, but it is news', () => {
  const { hop, shown, calls, inbox } = bell();
  hop.arrives(...numbers(1, 500));
  assert.deepEqual(shown, []);
  assert.equal(inbox.size, 0);
  assert.equal(calls.news.length, 500);
  inbox.markRead();
  assert.deepEqual(hop.reads, [], 'what is not listed has not been read');
});

test('older messages to the very first, none twice and none left out', async () => {
  const { shown, inbox, server } = bell(numbers(1, 133));
  await inbox.load();
  while (inbox.hasMore) await inbox.loadMore();
  assert.deepEqual(shown, [...server].reverse());
});

test('what arrives while older messages are loaded leaves no hole', async () => {
  const { hop, shown, inbox, server } = bell(numbers(1, 300));
  await inbox.load();
  const late = numbers(301, 400);
  server.push(...late);
  hop.arrives(...late);
  const loading = inbox.loadMore();
  server.push(...numbers(401, 450));
  hop.arrives(...numbers(401, 450)); // so many that what was last has been dropped
  await loading;
  for (let i = 0; i < 3; i++) await inbox.loadMore();
  const last = server.indexOf(shown.at(-1));
  assert.ok(last < 300, 'it goes on');
  assert.deepEqual(shown, server.slice(last).reverse());
});

test('what arrives while the list is loaded is in it once', async () => {
  const { hop, shown, inbox, server } = bell(numbers(1, 30));
  const loading = inbox.load();
  hop.arrives('100-29', '100-30', '100-31');
  await loading;
  assert.deepEqual(shown, [...numbers(11, 30), '100-31'].reverse());
  hop.arrives('100-31', '100-12');
  assert.equal(shown.length, 21);
  assert.equal(server.length, 30);
});

test("another user's list is not shown: the cookie may be of somebody who has logged in since", async () => {
  const { hop, shown, inbox, answers } = bell(numbers(1, 5));
  answers.user_id = 'bob';
  await inbox.load();
  assert.deepEqual(shown, []);
  assert.ok(inbox.failed);
  inbox.markRead();
  assert.deepEqual(hop.reads, []);
  answers.user_id = 'alice';
  await inbox.loadMore();
  assert.deepEqual([shown.length, inbox.failed], [5, false], 'tried again');
  answers.user_id = 'bob';
  await inbox.load();
  assert.deepEqual([shown.length, inbox.failed], [5, true], 'what is shown is still hers');
  answers.user_id = undefined;
  await inbox.load();
  assert.ok(inbox.failed, 'nobody says whose it is');
});

test('a list that was loaded before the login goes when somebody else logs in', async () => {
  const { hop, shown, inbox, answers } = bell(numbers(1, 5), { user: null });
  answers.user_id = 'bob';
  await inbox.load();
  assert.equal(shown.length, 5);
  answers.user_id = 'alice';
  hop.logsIn('alice');
  assert.deepEqual(shown, []);
  await settle();
  assert.equal(shown.length, 5, 'hers is loaded');
});

test('an answer that comes after somebody else has logged in is not shown', async () => {
  const { hop, shown, inbox, view } = bell(numbers(1, 5));
  view.open = false;
  const loading = inbox.load();
  hop.logsIn('bob');
  await loading;
  assert.deepEqual(shown, []);
});

test('when Redis has lost its data the list is loaded anew, and a lower epoch is news too', async () => {
  const { hop, shown, calls, inbox, server } = bell(numbers(1, 5, 300));
  await inbox.load();
  inbox.markSeen();
  hop.arrives('300-6');
  server.splice(0, server.length, '200-1');
  hop.logsIn('alice', false);
  await settle();
  assert.deepEqual(shown, ['200-1']);
  assert.equal(inbox.seen, null);
  server.push('200-2');
  hop.arrives('200-2');
  assert.deepEqual(shown, ['200-2', '200-1']);
  assert.deepEqual(calls.news, ['300-6', '200-2']);
  inbox.markRead();
  assert.deepEqual(hop.reads, ['200-2']);
});

test('what the page hides is not listed, but read with the rest', async () => {
  const { hop, shown, calls, inbox } = bell(numbers(1, 10), { hidden: (id) => Number(id.split('-')[1]) % 2 === 0 });
  await inbox.load();
  assert.deepEqual(shown, ['100-9', '100-7', '100-5', '100-3', '100-1']);
  hop.arrives('100-11', '100-12');
  assert.equal(shown[0], '100-11');
  assert.deepEqual(calls.news, ['100-11']);
  inbox.markRead();
  assert.deepEqual(hop.reads, ['100-12']);
});

test('a message that the page cannot describe is shown as it is, and costs no other its place', async () => {
  const { hop, shown, calls, inbox, view } = bell(numbers(1, 3));
  view.describe = ({ id, data }) => {
    if (id !== '100-1') throw new Error(`no words for ${id}`);
    return Object(data);
  };
  await inbox.load();
  hop.arrives('100-4');
  assert.equal(inbox.failed, false);
  assert.deepEqual(shown, ['100-4', '100-3', '100-2', '100-1']);
  assert.deepEqual(calls.news, ['100-4']);
  assert.deepEqual(browser.reported.map(({ message }) => message), ['no words for 100-3', 'no words for 100-2', 'no words for 100-4'], 'and the page is told');
});

test('a browser without AbortSignal.timeout has a list, too', async (t) => {
  const { timeout } = AbortSignal;
  t.after(() => (AbortSignal.timeout = timeout));
  AbortSignal.timeout = undefined;
  const { shown, inbox } = bell(numbers(1, 3));
  await inbox.load();
  assert.deepEqual([shown.length, inbox.failed], [3, false]);
});

test('a failure is told, and the same is tried again', async () => {
  const { shown, inbox } = bell(numbers(1, 50));
  await inbox.load();
  browser.fetchStatus = 503;
  await inbox.loadMore();
  assert.ok(inbox.failed);
  browser.fetchStatus = 200;
  await inbox.loadMore();
  assert.deepEqual([shown.length, inbox.failed], [40, false]);
  browser.fetchStatus = 0;
  await inbox.load();
  browser.fetchStatus = 200;
  await inbox.loadMore();
  assert.deepEqual(shown, numbers(31, 50).reverse(), 'the newest, as was asked');
});

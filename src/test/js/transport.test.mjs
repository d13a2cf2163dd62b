/** bellhop.js where no WebSocket gets through: server-sent events, against a fake server. See bellhop.test.mjs. */
import { beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { BASE, Bellhop, FakeSocket, FakeStream, bellhop, browser, kept, newPage, newTab, random, settle, tick } from './page.mjs';

beforeEach(() => {
  newTab();
  random(0.5);
  FakeStream.serve();
});

const both = () => bellhop({ transports: ['websocket', 'sse'] });
const of = (hop, type) => hop.log.filter(([name]) => name === type).map(([, data]) => data);

/** Time passes, and what it set off is done. */
async function pass(ms) {
  await settle();
  tick(ms);
  await settle();
}

/** Logged in by a stream. */
async function streaming(position = '100-5') {
  const hop = bellhop({ transports: ['sse'] });
  await settle();
  FakeStream.last.open().answers({ last_id: position, from_id: position });
  await settle();
  hop.log.length = 0;
  return hop;
}

// --- which one

test('a WebSocket that works is all that is tried', async () => {
  const hop = both();
  FakeSocket.last.open().answers({ last_id: '1-1', from_id: '1-1' });
  await pass(20_000);
  assert.equal(FakeStream.all.length, 0);
  assert.equal(hop.state, 'open');
});

test('a WebSocket that is refused: the stream at once', async () => {
  const hop = both();
  FakeSocket.last.ends(1006);
  await settle();
  FakeStream.last.open().answers({ last_id: '100-5', from_id: '100-5', unread: 1 }).says(kept('100-6', 'a'));
  await settle();
  assert.equal(hop.state, 'open');
  assert.equal(hop.user, 'alice');
  assert.deepEqual(hop.ids, ['100-6']);
  assert.deepEqual(of(hop, 'close'), [], 'the page need not know');
  assert.equal(of(hop, 'open').length, 1);
});

test('a WebSocket that hangs: the stream after two seconds; who is answered first stays', async () => {
  const hop = both();
  await pass(1_999);
  assert.equal(FakeStream.all.length, 0);
  await pass(1);
  FakeStream.last.open().answers({ last_id: '1-1', from_id: '1-1' });
  await settle();
  assert.equal(hop.state, 'open');
  assert.equal(FakeSocket.last.closed, true);
  assert.equal(FakeSocket.all.length, 1);
});

test('a WebSocket that is only slow wins if it is answered first', async () => {
  const hop = both();
  await pass(2_500);
  FakeStream.last.open();
  FakeSocket.last.open().answers({ last_id: '1-1', from_id: '1-1' });
  await settle();
  assert.equal(FakeStream.last.aborted, true);
  FakeSocket.last.says(kept('1-2'));
  assert.deepEqual(hop.ids, ['1-2']);
});

test('a WebSocket that opens and is cut before the answer: a proxy that only looks as if it could', async () => {
  const hop = both();
  FakeSocket.last.open().ends(1006);
  await settle();
  FakeStream.last.open().answers({ last_id: '1-1', from_id: '1-1' });
  await settle();
  assert.equal(hop.state, 'open');
});

test('it is remembered in this tab, also over a reload, and tried again after five minutes', async () => {
  both();
  FakeSocket.last.ends(1006);
  await settle();
  FakeStream.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  await settle();
  newPage();
  FakeStream.serve();
  const hop = both();
  await settle();
  assert.equal(FakeSocket.all.length, 0);
  assert.deepEqual(FakeStream.last.query, { last_id: '100-5', user_id: 'alice' });
  FakeStream.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  await settle();
  assert.equal(hop.state, 'open');

  newPage();
  const { now } = Date;
  try {
    const later = now() + 300_001;
    Date.now = () => later;
    both();
    assert.equal(FakeSocket.all.length, 1);
    FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
    newPage();
    both();
    assert.equal(FakeSocket.all.length, 1, 'and it is forgotten that it did not work');
  } finally {
    Date.now = now;
  }
});

test('the clock was wrong when that was noted: a WebSocket is not avoided for years', async (t) => {
  const wrong = t.mock.method(Date, 'now', () => new Date().getTime() + 1e11);
  both();
  FakeSocket.last.ends(1006);
  await settle();
  FakeStream.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  await settle();
  wrong.mock.restore();
  newPage();
  FakeStream.serve();
  both();
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(FakeStream.all.length, 0);
});

test('a WebSocket that the page may not even make: the stream at once', async (t) => {
  for (const transports of [['websocket', 'sse'], ['websocket']]) {
    t.mock.method(globalThis, 'WebSocket', function Forbidden() {
      throw new DOMException('Content Security Policy', 'SecurityError');
    });
    const hop = bellhop({ transports });
    await settle();
    assert.equal(FakeStream.all.length, 1);
    assert.equal(hop.state, transports.length === 2 ? 'connecting' : 'waiting');
    hop.send('chat', 1);
    hop.close();
    t.mock.restoreAll();
  }
});

test('where a WebSocket has worked it is rather the server that is away: it is not asked twice', async () => {
  both();
  FakeSocket.last.open().answers({ last_id: '1-1', from_id: '1-1' });
  FakeSocket.last.ends(1006);
  for (const wait of [250, 500, 1000]) {
    await pass(wait);
    assert.equal(FakeStream.all.length, 0);
    FakeSocket.last.ends(1006);
  }
  await pass(2_000);
  FakeSocket.last.ends(1006);
  await settle();
  assert.equal(FakeStream.all.length, 1, 'but after some refusals: the laptop may have moved to another network');
});

test('neither gets through: one wait, not two', async () => {
  const hop = both();
  FakeSocket.last.ends(1006);
  await settle();
  FakeStream.last.refuse(503);
  await settle();
  assert.equal(hop.state, 'waiting');
  assert.deepEqual(of(hop, 'close'), []);
  await pass(250);
  assert.equal(FakeSocket.all.length, 2);
});

test('nobody logged in: the stream tells it at once', async () => {
  const hop = both();
  FakeSocket.last.ends(1006);
  await settle();
  FakeStream.last.refuse(401);
  await settle();
  assert.deepEqual(of(hop, 'close'), [{ code: 4401, reason: 'not logged in', willReconnect: false }]);
  assert.equal(hop.state, 'closed');
});

test('only what the page has chosen', async () => {
  bellhop({ transports: ['websocket'] });
  FakeSocket.last.ends(1006);
  await pass(10_000);
  assert.equal(FakeStream.all.length, 0);
  newTab();
  FakeStream.serve();
  bellhop({ transports: ['sse'] });
  await settle();
  FakeStream.last.refuse(503);
  await pass(10_000);
  assert.equal(FakeSocket.all.length, 0);
  assert.throws(() => new Bellhop({ base: BASE, transports: ['carrier pigeon'] }), TypeError);
});

// --- a stream

test('reads frames however the network cuts them, and takes no comment for one', async () => {
  const hop = await streaming();
  const text = 'id: 100-6\ndata: ' + JSON.stringify(kept('100-6', 'é€😀')) + '\n\n:\n\nretry: 2000\n\ndata:' + JSON.stringify({ msg_type: 'notice' }) + '\n\n';
  const seen = [];
  hop.on('notice', (data) => seen.push(data));
  for (const byte of new TextEncoder().encode(text)) FakeStream.last.controller.enqueue(Uint8Array.of(byte));
  await pass(0);
  assert.deepEqual(hop.ids, ['100-6', 'notice']);
  assert.deepEqual(seen, ['é€😀', undefined]);
});

test('resumes after a stream that broke, with its cookies', async () => {
  const hop = await streaming();
  FakeStream.last.says(kept('100-6')).controller.close();
  await settle();
  assert.equal(hop.state, 'waiting');
  await pass(250);
  assert.deepEqual(FakeStream.last.query, { last_id: '100-6', user_id: 'alice', replaces: 'c1' });
  assert.equal(FakeStream.last.options.credentials, 'include');
});

test('a POST that is never answered holds up what is sent later for some seconds only', async () => {
  const { timeout } = AbortSignal;
  const ends = [];
  AbortSignal.timeout = (ms) => {
    const end = new AbortController();
    ends.push([ms, () => end.abort()]);
    return end.signal;
  };
  try {
    const hop = await streaming();
    const { respond } = browser;
    browser.respond = (url, options) => (FakeStream.posts.length || !url.includes('/api/me/frames') ? respond(url, options)
      : (FakeStream.posts.push({}), new Promise((_, failed) => options.signal.addEventListener('abort', () => failed(new Error('TimeoutError'))))));
    hop.send('chat', 1);
    await settle();
    hop.send('chat', 2);
    await settle();
    assert.equal(FakeStream.posts.length, 1);
    const [[ms, end]] = ends;
    assert.equal(ms, 15_000);
    end();
    await settle();
    await settle();
    assert.equal(of(hop, 'error')[0].code, 'unavailable', 'the page is told');
    assert.deepEqual(FakeStream.posts.at(-1).frames, [{ msg_type: 'chat', data: 2 }]);
  } finally {
    AbortSignal.timeout = timeout;
  }
});

test('a frame that cannot be read is passed over: it would break each stream that replays it', async () => {
  const hop = await streaming();
  FakeStream.last.write('id: 100-6\ndata: {"id":"100-6",\n\n').says(kept('100-7', 'next'));
  await settle();
  assert.equal(hop.state, 'open');
  assert.equal(browser.reported.length, 1, 'and reported');
  assert.deepEqual(FakeStream.last.query, { last_id: '100-5', user_id: 'alice' }, 'the gap is asked for once');
  FakeStream.last.open().answers({ last_id: '100-7', from_id: '100-5' }).write('id: 100-6\ndata: {"id":"100-6",\n\n').says(kept('100-7', 'next'));
  await settle();
  assert.deepEqual(hop.ids, ['100-7']);
});

test('close codes are those of a WebSocket', async () => {
  for (const [code, state] of [[4401, 'closed'], [4403, 'closed'], [1013, 'waiting'], [1001, 'waiting']]) {
    const hop = await streaming();
    FakeStream.last.ends(code, 'so');
    await settle();
    assert.equal(hop.state, state, code);
    assert.deepEqual(of(hop, 'close'), [{ code, reason: 'so', willReconnect: state === 'waiting' }]);
  }
});

test('a gap: the stream is opened anew from before it', async () => {
  const hop = await streaming();
  FakeStream.last.says(kept('100-8'));
  await settle();
  const [first, second] = FakeStream.all;
  assert.equal(first.aborted, true);
  assert.deepEqual(second.query, { last_id: '100-5', user_id: 'alice' });
  second.open().answers({ last_id: '100-8', from_id: '100-5' });
  for (const id of ['100-6', '100-7', '100-8']) second.says(kept(id));
  await settle();
  assert.deepEqual(hop.ids, ['100-6', '100-7', '100-8']);
  assert.deepEqual(of(hop, 'close'), []);
  assert.equal(hop.state, 'open');
});

test('a comment is a sign of life; without any for 35 seconds the stream is dead', async () => {
  const hop = await streaming();
  for (let i = 0; i < 4; i++) {
    await pass(15_000);
    FakeStream.last.write(':\n\n');
  }
  await pass(34_999);
  assert.equal(hop.state, 'open');
  await pass(1);
  assert.equal(hop.state, 'waiting');
  assert.equal(FakeStream.last.aborted, true);
});

test('what the page sends goes by POST, one at a time, in order, with whose it is; answers are taken as frames', async () => {
  const hop = await streaming();
  FakeStream.serve(({ frames }) => frames.filter(({ msg_type }) => msg_type === 'bad').map(() => ({ msg_type: 'error', data: { code: 'bad_message', message: 'no' } })));
  for (let i = 0; i < 20; i++) hop.send(i === 3 ? 'bad' : 'chat', i);
  await settle();
  assert.deepEqual(FakeStream.posts.map(({ frames }) => frames.length), [1, 14], 'what waits while one is under way goes together');
  assert.deepEqual(FakeStream.posts[0].query, { connection: 'c1', user_id: 'alice' });
  assert.equal(FakeStream.posts[0].options.headers['Content-Type'], 'application/json');
  assert.deepEqual(of(hop, 'error'), [{ code: 'bad_message', message: 'no' }]);
  await pass(1000);
  assert.deepEqual(FakeStream.posts.flatMap(({ frames }) => frames.map(({ data }) => data)), [...Array(20).keys()]);
});

test('a frame that does not reach the server is not sent again, and the page is told', async () => {
  const hop = await streaming();
  browser.respond = () => new Response('', { status: 503 });
  hop.send('chat', 1);
  await settle();
  assert.deepEqual(of(hop, 'error'), [{ code: 'unavailable', message: 'not sent: 503' }]);
  FakeStream.serve();
  hop.send('chat', 2);
  await settle();
  assert.deepEqual(FakeStream.posts.flatMap(({ frames }) => frames.map(({ data }) => data)), [2]);
});

test('a POST that is answered 401 is the end', async () => {
  const hop = await streaming();
  browser.respond = () => new Response('', { status: 401 });
  hop.send('chat', 1);
  await settle();
  assert.equal(hop.state, 'closed');
  assert.equal(of(hop, 'close')[0].code, 4401);
});

// --- make before break

const check = { msg_type: 'login_check', data: { connection: 'old' } };

function connected(position = '100-5') {
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: position, from_id: position, connection: 'old' });
  hop.log.length = 0;
  return hop;
}

test('a login check: the new connection is there before the old one goes, and nothing is missed or shown twice', () => {
  const hop = connected();
  const old = FakeSocket.last.says(check);
  const fresh = FakeSocket.last;
  assert.notEqual(fresh, old);
  fresh.open();
  assert.deepEqual(fresh.sent, [{ msg_type: 'login', data: { last_id: '100-5', user_id: 'alice', replaces: 'old' } }]);
  old.says(kept('100-6')).says({ msg_type: 'passing', data: 1 });
  fresh.answers({ last_id: '100-6', from_id: '100-5', unread: 1, replaced: true });
  old.says({ msg_type: 'passing', data: 2 }).says(kept('100-7'));
  fresh.says(kept('100-6')).says(kept('100-7')).says({ msg_type: 'passing', data: 3 });
  old.ends(1001, 'login check');
  fresh.says(kept('100-8'));
  assert.deepEqual(hop.ids, ['100-6', 'passing', 'passing', '100-7', 'passing', '100-8']);
  assert.equal(hop.unread, 3);
  assert.equal(hop.state, 'open');
  assert.deepEqual([...of(hop, 'state'), ...of(hop, 'close'), ...of(hop, 'open')], []);
  assert.equal(FakeSocket.all.length, 2);
});

test('what the page sends meanwhile goes by one of the two, once', () => {
  const hop = connected();
  const old = FakeSocket.last.says(check);
  const fresh = FakeSocket.last.open();
  hop.send('chat', 1);
  fresh.answers({ last_id: '100-5', from_id: '100-5', replaced: true });
  hop.send('chat', 2);
  const chats = (socket) => socket.sent.filter(({ msg_type }) => msg_type === 'chat').map(({ data }) => data);
  assert.deepEqual([chats(old), chats(fresh)], [[1], [2]]);
});

test('on another node the old connection is let go at once; an old one that the server forgets after ten seconds', () => {
  connected();
  let old = FakeSocket.last.says(check);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  assert.equal(old.closed, true);
  old = FakeSocket.last.says(check);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5', replaced: true });
  tick(9_999);
  assert.equal(old.closed, false);
  tick(1);
  assert.equal(old.closed, true);
});

test('somebody else has logged in: the new connection is theirs', () => {
  const hop = connected();
  hop.send('chat', 'as alice');
  const old = FakeSocket.last.says(check);
  FakeSocket.last.open().answers({ user_id: 'bob', last_id: '7-2', from_id: '7-1' });
  assert.equal(old.closed, true);
  old.says({ msg_type: 'passing' });
  FakeSocket.last.says(kept('7-2'));
  assert.deepEqual(hop.ids, ['7-2']);
  assert.equal(hop.user, 'bob');
});

test('a new connection that fails leaves the old one as it is, until the server ends it', () => {
  const hop = connected();
  const old = FakeSocket.last.says(check);
  FakeSocket.last.ends(1006);
  old.says(kept('100-6'));
  assert.deepEqual(hop.ids, ['100-6']);
  assert.equal(hop.state, 'open');
  old.ends(1001, 'login check');
  tick(50);
  assert.equal(FakeSocket.all.length, 3);
});

test('the old connection breaks before the new one is answered: the new one simply goes on', () => {
  const hop = connected();
  const old = FakeSocket.last.says(check);
  FakeSocket.last.open();
  old.ends(1006);
  tick(250);
  FakeSocket.last.answers({ last_id: '100-5', from_id: '100-5' }).says(kept('100-6'));
  assert.deepEqual(hop.ids, ['100-6']);
  assert.equal(FakeSocket.all.length, 2);
  assert.deepEqual([...of(hop, 'state'), ...of(hop, 'close'), ...of(hop, 'open')], []);
});

test('the server ends the old connection with the HTTP session, as it asks: what came for the page meanwhile comes by the new one', () => {
  const hop = connected();
  const old = FakeSocket.last.says(check);
  const fresh = FakeSocket.last.open();
  old.says(kept('100-6')).says({ msg_type: 'passing', data: 1 });
  old.ends(1008);
  hop.send('chat', 'meanwhile');
  fresh.answers({ last_id: '100-6', from_id: '100-5', unread: 1, replaced: true });
  fresh.says({ msg_type: 'passing', data: 2 }).says(kept('100-6')).says(kept('100-7'));
  assert.deepEqual(hop.ids, ['100-6', 'passing', 'passing', '100-7']);
  assert.equal(hop.state, 'open');
  assert.equal(hop.unread, 2);
  assert.deepEqual([...of(hop, 'state'), ...of(hop, 'close'), ...of(hop, 'open')], []);
  assert.deepEqual(fresh.sent.map(({ msg_type }) => msg_type), ['login', 'chat']);
  assert.equal(FakeSocket.all.length, 2);
});

test('the server ends the connection with the HTTP session, without a word before: the page comes at once, and nobody notices', () => {
  const hop = connected();
  const old = FakeSocket.last.says({ msg_type: 'passing', data: 1 });
  tick(6_000);
  old.ends(1008);
  const fresh = FakeSocket.last;
  assert.notEqual(fresh, old);
  fresh.open();
  assert.deepEqual(fresh.sent, [{ msg_type: 'login', data: { last_id: '100-5', user_id: 'alice', replaces: 'old' } }]);
  fresh.answers({ last_id: '100-5', from_id: '100-5', replaced: true }).says({ msg_type: 'passing', data: 2 }).says(kept('100-6'));
  assert.deepEqual(hop.ids, ['passing', 'passing', '100-6']);
  assert.deepEqual([...of(hop, 'state'), ...of(hop, 'close'), ...of(hop, 'open')], []);
  assert.equal(FakeSocket.all.length, 2);
});

test('1008 again and again, and 1008 for too many refused frames: no hurry', () => {
  for (const [after, reason] of [[1_000, ''], [6_000, 'too many refused frames']]) {
    const hop = connected();
    const { length } = FakeSocket.all;
    tick(after);
    FakeSocket.last.ends(1008, reason);
    assert.equal(hop.state, 'waiting');
    assert.equal(FakeSocket.all.length, length);
    hop.close();
  }
});

test('a new connection that takes long is told after two seconds without the old one', () => {
  const hop = connected();
  const old = FakeSocket.last.says(check);
  tick(1_000);
  old.ends(1001, 'login check');
  tick(1_999);
  assert.equal(hop.state, 'open');
  tick(1);
  assert.equal(hop.state, 'connecting');
  assert.deepEqual(of(hop, 'close'), [{ code: 1001, reason: 'login check', willReconnect: true }]);
  FakeSocket.last.open();
  assert.equal(of(hop, 'open').length, 1);
  assert.equal(FakeSocket.last.sent[0].data.replaces, 'old');
  FakeSocket.last.answers({ last_id: '100-5', from_id: '100-5', replaced: true });
  assert.equal(hop.state, 'open');
  assert.equal(of(hop, 'close').length, 1);
});

test('both break: each further attempt still says in whose place it comes, until one is answered', () => {
  const hop = connected();
  const old = FakeSocket.last.says(check);
  const fresh = FakeSocket.last;
  old.ends(1008);
  fresh.ends(1006);
  assert.equal(hop.state, 'waiting');
  assert.equal(of(hop, 'close').length, 1);
  tick(250);
  FakeSocket.last.open();
  assert.equal(FakeSocket.last.sent[0].data.replaces, 'old');
  FakeSocket.last.answers({ last_id: '100-5', from_id: '100-5', replaced: true }).says({ msg_type: 'passing', data: 1 });
  assert.deepEqual(hop.ids, ['passing']);
  FakeSocket.last.ends(1006);
  tick(1_000);
  FakeSocket.last.open();
  assert.equal(FakeSocket.last.sent[0].data.replaces, undefined); // it does not know the name of the one before
});

test('a login check that nobody passes: 1008, and the new handshake is refused', async () => {
  browser.respond = () => new Response('', { status: 401 });
  const hop = connected();
  const old = FakeSocket.last.says(check);
  const fresh = FakeSocket.last;
  old.ends(1008);
  fresh.ends(1006);
  await settle();
  assert.equal(hop.state, 'closed');
  assert.deepEqual(of(hop, 'close').at(-1), { code: 4401, reason: 'not logged in', willReconnect: false });
});

test('what the user before has left is not sent in the name of who comes next', () => {
  const hop = connected();
  FakeSocket.last.ends(1006);
  hop.send('chat', 'as alice');
  tick(250);
  FakeSocket.last.open().answers({ user_id: 'bob', last_id: '7-2', from_id: '7-2' });
  assert.deepEqual(FakeSocket.last.types, ['login']);
  assert.equal(of(hop, 'error')[0].code, 'other_user');
});

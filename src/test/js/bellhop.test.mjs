/** bellhop.js against a fake WebSocket. Run all: node --test src/test/js/*.test.mjs (Node 20 or later, nothing to install). */
import { beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { BASE, Bellhop, FakeSocket, MODULE, bellhop, browser, kept, loggedIn, newPage, newTab, random, settle, tick } from './page.mjs';

beforeEach(() => {
  newTab();
  random(0.5);
});

const login = (last_id, user_id = 'alice') => ({ msg_type: 'login', ...(last_id && { data: { last_id, user_id } }) });
const of = (hop, type) => hop.log.filter(([name]) => name === type).map(([, data]) => data);

// --- where it connects to

test('the URL is that of the module unless the page says otherwise', () => {
  const own = new Bellhop();
  assert.equal(own.base, new URL('.', MODULE).href);
  assert.equal(FakeSocket.last.url, new URL('ws', MODULE).href);
  for (const [base, url] of [
    ['https://x.example/a/bellhop/', 'wss://x.example/a/bellhop/ws'],
    ['http://x.example:8080/bellhop', 'ws://x.example:8080/bellhop/ws'],
    ['/pre/bellhop', 'wss://hotel.example/pre/bellhop/ws'],
    ['../bellhop/', 'wss://hotel.example/bellhop/ws'],
  ]) {
    new Bellhop({ base });
    assert.equal(FakeSocket.last.url, url);
  }
});

// --- states and events

test('goes through its states, and each is told', () => {
  const hop = bellhop();
  assert.equal(hop.state, 'connecting');
  FakeSocket.last.open();
  assert.equal(hop.state, 'connecting');
  FakeSocket.last.answers({ last_id: '100-5', from_id: '100-5', unread: 2 });
  assert.equal(hop.state, 'open');
  assert.equal(hop.user, 'alice');
  FakeSocket.last.ends(1006);
  assert.equal(hop.state, 'waiting');
  tick(250);
  assert.equal(hop.state, 'connecting');
  hop.close();
  assert.equal(hop.state, 'closed');
  assert.deepEqual(of(hop, 'state'), ['open', 'waiting', 'connecting', 'closed']);
  assert.deepEqual(of(hop, 'close'), [
    { code: 1006, reason: '', willReconnect: true },
    { code: 1000, reason: '', willReconnect: false },
  ]);
  assert.deepEqual(of(hop, 'unread'), [2]);
  assert.equal(of(hop, 'open').length, 1);
  assert.equal(of(hop, 'login')[0].recovered, true);
});

test('hands on messages by type and to everybody, kept or not', () => {
  const hop = loggedIn('100-3');
  const seen = [];
  hop.on('notice', (data, message) => seen.push([data, message.id]));
  FakeSocket.last.says(kept('100-4', { a: 1 })).says({ msg_type: 'notice', data: 2 }).says(kept('100-5', 3));
  assert.deepEqual(seen, [[{ a: 1 }, '100-4'], [2, undefined], [3, '100-5']]);
  assert.deepEqual(hop.ids, ['100-4', 'notice', '100-5']);
});

test('a message cannot pass for something that Bellhop itself tells', () => {
  const hop = loggedIn();
  for (const type of ['open', 'close', 'unread', 'state', '*']) FakeSocket.last.says({ msg_type: type, data: 'forged' });
  assert.deepEqual(hop.log, []);
  assert.deepEqual(hop.ids, ['open', 'close', 'unread', 'state', '*']);
});

test('unsubscribes by the returned function and by off, also while messages are handed on', () => {
  const hop = loggedIn();
  const seen = [];
  const second = () => seen.push(2);
  const stop = hop.on('notice', () => {
    seen.push(1);
    stop();
  });
  hop.on('notice', second);
  FakeSocket.last.says(kept('100-6')).says(kept('100-7'));
  hop.off('notice', second);
  FakeSocket.last.says(kept('100-8'));
  assert.deepEqual(seen, [1, 2, 2]);
});

test('a handler that throws stops no other, and is reported', () => {
  const hop = loggedIn();
  const seen = [];
  hop.on('notice', () => {
    throw new Error('of the page');
  });
  hop.on('notice', (data) => seen.push(data));
  FakeSocket.last.says(kept('100-6', 'a')).says(kept('100-7', 'b'));
  assert.deepEqual(seen, ['a', 'b']);
  assert.deepEqual(browser.reported.map((e) => e.message), ['of the page', 'of the page']);
  assert.equal(hop.unread, 2);
});

test('what the server refuses is told as error', () => {
  const hop = loggedIn();
  FakeSocket.last.says({ msg_type: 'error', data: { code: 'rate_limited', message: 'slow' } });
  assert.deepEqual(hop.log, [['error', { code: 'rate_limited', message: 'slow' }]]);
  assert.equal(hop.state, 'open');
});

test('one for the whole page, and a new one when that is over', () => {
  const hop = Bellhop.shared({ base: BASE });
  assert.equal(Bellhop.shared(), hop);
  hop.close();
  assert.notEqual(Bellhop.shared({ base: BASE }), hop);
});

// --- positions

test('drops what it has had', () => {
  const hop = loggedIn('100-5');
  for (const id of ['100-5', '100-4', '100-6', '100-6', '100-7']) FakeSocket.last.says(kept(id));
  assert.deepEqual(hop.ids, ['100-6', '100-7']);
});

test('compares positions as numbers', () => {
  const hop = loggedIn('100-9');
  FakeSocket.last.says(kept('100-10')).says(kept('100-9')).says(kept('1000-1'));
  assert.deepEqual(hop.ids, ['100-10', '1000-1']);
  FakeSocket.last.says(kept('200-1'));
  assert.deepEqual(hop.ids, ['100-10', '1000-1']);
});

test('a gap asks again from before it, once, and nothing is handed on until the answer', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.says(kept('100-8')).says(kept('100-9')).says({ msg_type: 'notice', data: 'not kept' });
  assert.deepEqual(FakeSocket.last.sent.slice(1), [login('100-5')]);
  assert.deepEqual(hop.ids, ['notice']);
  FakeSocket.last.answers({ last_id: '100-9', from_id: '100-5', unread: 4 });
  for (const id of ['100-6', '100-8', '100-9', '100-10']) FakeSocket.last.says(kept(id)); // 7 has expired
  assert.deepEqual(hop.ids, ['notice', '100-6', '100-8', '100-9', '100-10']);
  assert.equal(FakeSocket.last.sent.length, 2);
  assert.equal(hop.unread, 5);
});

test('a gap that the server cannot fill is accepted', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.says(kept('100-8')).answers({ last_id: '100-5', from_id: '100-5' });
  FakeSocket.last.says(kept('100-8')).says(kept('100-9'));
  assert.deepEqual(hop.ids, ['100-8', '100-9']);
  assert.equal(FakeSocket.last.sent.length, 2);
  FakeSocket.last.says(kept('100-12'));
  assert.deepEqual(FakeSocket.last.sent.at(-1), login('100-9'), 'the next gap is asked about again');
});

test('in the replay holes are what has expired', () => {
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: '100-20', from_id: '100-5' });
  for (const id of ['100-9', '100-15', '100-21']) FakeSocket.last.says(kept(id)); // 16 to 20 have expired too
  assert.deepEqual(hop.ids, ['100-9', '100-15', '100-21']);
  assert.deepEqual(FakeSocket.last.types, ['login']);
});

test('an epoch may change, in the replay and live', () => {
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: '200-2', from_id: '100-5' });
  for (const id of ['100-6', '200-1', '200-2', '300-7', '300-8']) FakeSocket.last.says(kept(id));
  assert.deepEqual(hop.ids, ['100-6', '200-1', '200-2', '300-7', '300-8']);
  assert.deepEqual(FakeSocket.last.types, ['login']);
});

test('an unanswered question about a gap ends the connection', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.says(kept('100-8'));
  tick(15_000);
  assert.equal(hop.state, 'waiting');
  tick(250);
  assert.deepEqual(FakeSocket.last.open().sent, [login('100-5')]);
});

test('what cannot be recovered is told', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.ends(1006);
  tick(250);
  FakeSocket.last.open().answers({ last_id: '300-2', from_id: '0-0', recovered: false });
  assert.equal(of(hop, 'login').at(-1).recovered, false);
  FakeSocket.last.says(kept('50-1')); // of an inbox that was restored: news all the same
  assert.deepEqual(hop.ids, ['50-1']);
});

test('an open page is told unasked that something may be missing, and goes on where the server says', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.answers({ last_id: '300-2', from_id: '300-0', unread: 2, recovered: false });
  assert.deepEqual(of(hop, 'login').map(({ recovered, from_id }) => [recovered, from_id]), [[false, '300-0']]);
  assert.equal(hop.state, 'open');
  assert.equal(hop.unread, 2);
  for (const id of ['300-1', '300-2', '300-3']) FakeSocket.last.says(kept(id));
  assert.deepEqual(hop.ids, ['300-1', '300-2', '300-3']);
  assert.equal(hop.unread, 3);
  assert.deepEqual(FakeSocket.last.types, ['login'], 'nothing is asked again');
  FakeSocket.last.ends(1006);
  tick(250);
  assert.deepEqual(FakeSocket.last.open().sent, [login('300-3')]);
});

test('so too when Redis has lost everything and its clock has gone back: a lower epoch mutes no page', () => {
  const hop = loggedIn('300-7');
  FakeSocket.last.answers({ last_id: '200-1', from_id: '200-0', unread: 1, recovered: false });
  for (const id of ['200-1', '200-2', '200-2']) FakeSocket.last.says(kept(id));
  assert.deepEqual(hop.ids, ['200-1', '200-2']);
  assert.equal(hop.unread, 2);
  hop.read('200-2');
  assert.equal(hop.unread, 0);
  newPage();
  bellhop();
  assert.deepEqual(FakeSocket.last.open().sent, [login('200-2')], 'a reload goes on from there as well');
});

test('a server that does not tell is asked: what has a lower epoch than the position may be news', () => {
  const hop = loggedIn('300-7');
  FakeSocket.last.says(kept('200-1'));
  assert.deepEqual(FakeSocket.last.sent.slice(1), [login('300-7')]);
  FakeSocket.last.answers({ last_id: '200-1', from_id: '200-0', recovered: false }).says(kept('200-1'));
  assert.deepEqual(hop.ids, ['200-1']);
});

test('an old message that comes again is asked about once, and not shown again', () => {
  const hop = loggedIn('300-7');
  FakeSocket.last.says(kept('200-1')).answers({ last_id: '300-7', from_id: '300-7' });
  for (let i = 0; i < 10; i++) FakeSocket.last.says(kept('200-1'));
  assert.deepEqual(FakeSocket.last.types, ['login', 'login']);
  FakeSocket.last.says(kept('300-8'));
  assert.deepEqual(hop.ids, ['300-8']);
});

test('an answer unasked is no new connection: it has still lasted', () => {
  loggedIn('100-5');
  FakeSocket.last.ends(1006);
  tick(250);
  FakeSocket.last.ends(1006);
  tick(500);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  tick(6_000);
  FakeSocket.last.answers({ last_id: '300-2', from_id: '300-0', recovered: false }).ends(1006);
  const count = FakeSocket.all.length;
  tick(250);
  assert.equal(FakeSocket.all.length, count + 1, 'the backoff has begun anew');
});

test('resumes after a broken connection', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.says(kept('100-6')).ends(1013);
  tick(250);
  assert.deepEqual(FakeSocket.last.open().sent, [login('100-6')]);
  FakeSocket.last.answers({ last_id: '100-8', from_id: '100-6', unread: 3 }).says(kept('100-7')).says(kept('100-8'));
  assert.deepEqual(hop.ids, ['100-6', '100-7', '100-8']);
  assert.equal(hop.unread, 3);
});

// --- a reload: the position is known, the user not yet

test('a reload goes on without a second question if the server stands at the same place', () => {
  loggedIn('100-5');
  newPage();
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: '100-7', from_id: '100-5' }).says(kept('100-6')).says(kept('100-7'));
  assert.deepEqual(hop.ids, ['100-6', '100-7']);
  assert.deepEqual(FakeSocket.last.types, ['login']);
});

test('a reload gets what another tab got meanwhile', () => {
  loggedIn('100-5');
  newPage();
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: '100-8', from_id: '100-5' });
  assert.deepEqual(FakeSocket.last.sent, [login('100-5')]);
  for (const id of ['100-6', '100-7', '100-8']) FakeSocket.last.says(kept(id));
  assert.deepEqual(hop.ids, ['100-6', '100-7', '100-8']);
});

test('a reload as another user gets what that user has not had, and nothing else', () => {
  loggedIn('100-5');
  newPage();
  const hop = bellhop();
  assert.deepEqual(FakeSocket.last.open().sent, [login('100-5')], 'says whose position it is; the server passes it over');
  FakeSocket.last.answers({ user_id: 'bob', last_id: '70-9', from_id: '70-8' }).says(kept('70-9'));
  assert.deepEqual(hop.ids, ['70-9']);
  newPage();
  bellhop();
  assert.deepEqual(FakeSocket.last.open().sent, [login('70-9', 'bob')]);
  FakeSocket.last.answers({ last_id: '100-6', from_id: '100-6' });
  assert.deepEqual(FakeSocket.last.types, ['login'], "bob's position is not used for alice");
});

test('another user behind the same page: their position is not the old one', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.ends(1006);
  tick(250);
  FakeSocket.last.open().answers({ user_id: 'bob', last_id: '200-3', from_id: '200-2' }).says(kept('200-3'));
  assert.deepEqual(FakeSocket.last.sent, [login('100-5')]);
  assert.deepEqual(hop.ids, ['200-3']);
  assert.equal(hop.user, 'bob');
});

test('works where storage is forbidden or holds something else', () => {
  browser.storageThrows = true;
  const hop = loggedIn('100-5');
  FakeSocket.last.says(kept('100-6'));
  assert.deepEqual(hop.ids, ['100-6']);
  browser.storageThrows = false;
  for (const text of ['null', '{', '[]']) {
    browser.stored.set('bellhop ' + BASE, text);
    loggedIn('100-5');
    assert.deepEqual(FakeSocket.last.types, ['login']);
  }
});

// --- coming back

test('backoff: full jitter, doubling from half a second, never above thirty seconds', () => {
  const waits = (value) => {
    newTab();
    random(value);
    bellhop();
    return Array.from({ length: 12 }, () => {
      const count = FakeSocket.all.length;
      FakeSocket.last.ends(1006);
      let waited = 0;
      while (FakeSocket.all.length === count) {
        tick(50);
        waited += 50;
        assert.ok(waited <= 31_000);
      }
      return waited;
    });
  };
  const longest = waits(0.999999);
  assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 30000, 30000, 30000]);
  assert.deepEqual(waits(0.5), longest.map((wait) => wait / 2));
  assert.ok(waits(0).every((wait) => wait === 50));
});

test('backoff: spread evenly over the whole range', () => {
  random(undefined);
  const buckets = [0, 0, 0, 0, 0];
  for (let i = 0; i < 500; i++) {
    newTab();
    bellhop();
    FakeSocket.last.ends(1006);
    let waited = 0;
    for (; FakeSocket.all.length === 1; waited += 10) tick(10);
    buckets[Math.min(4, Math.floor((waited - 5) / 100))]++;
  }
  for (const count of buckets) assert.ok(count > 60 && count < 140, `100 each expected: ${buckets}`);
});

test('backoff starts anew only after a connection that lasted', () => {
  const hop = bellhop();
  const lost = (after) => {
    FakeSocket.last.open().answers({ last_id: '1-1', from_id: '1-1' });
    tick(after);
    FakeSocket.last.ends(1006);
    const count = FakeSocket.all.length;
    let waited = 0;
    for (; FakeSocket.all.length === count; waited += 50) tick(50);
    return waited;
  };
  assert.deepEqual([lost(100), lost(100), lost(100), lost(6000), lost(100)], [250, 500, 1000, 250, 500]);
  assert.equal(hop.state, 'connecting');
});

test('a draining node: its pages spread over five seconds', () => {
  const hop = loggedIn();
  FakeSocket.last.ends(1001);
  assert.equal(of(hop, 'close')[0].willReconnect, true);
  tick(2499);
  assert.equal(FakeSocket.all.length, 1);
  tick(1);
  assert.equal(FakeSocket.all.length, 2);
});

test('a login check is over at once', () => {
  loggedIn();
  FakeSocket.last.ends(1001, 'login check');
  tick(100);
  assert.equal(FakeSocket.all.length, 2);
});

test('comes back at once when there is a network again, or somebody to look', () => {
  for (const wake of ['online', 'pageshow', 'resume', 'visibilitychange']) {
    newTab();
    loggedIn();
    FakeSocket.last.ends(1006);
    browser.fire(wake);
    assert.equal(FakeSocket.all.length, 2, wake);
    tick(60_000);
    assert.equal(FakeSocket.all.filter((socket) => !socket.closed).length, 1, 'one attempt at a time');
  }
});

test('becoming hidden, or a field that gets the focus, is no reason to come back', () => {
  loggedIn();
  FakeSocket.last.ends(1006);
  document.visibilityState = 'hidden';
  browser.fire('visibilitychange');
  browser.fire('focus');
  assert.equal(FakeSocket.all.length, 1);
});

test('does not try without a network, but for once a minute', () => {
  const hop = loggedIn();
  navigator.onLine = false;
  FakeSocket.last.ends(1006);
  tick(60_000);
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(hop.state, 'waiting');
  navigator.onLine = true;
  browser.fire('online');
  assert.equal(FakeSocket.all.length, 2);
});

test('does not try while frozen', () => {
  const hop = loggedIn();
  FakeSocket.last.ends(1006);
  browser.fire('freeze');
  tick(120_000);
  browser.fire('online');
  assert.equal(FakeSocket.all.length, 1);
  browser.fire('resume');
  assert.equal(FakeSocket.all.length, 2);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  browser.fire('freeze');
  assert.equal(hop.state, 'open', 'a connection that there is stays');
});

test('leaves for the back/forward cache and comes back from it', () => {
  const hop = loggedIn('100-5');
  const first = FakeSocket.last;
  browser.fire('pagehide');
  assert.equal(first.closed, true);
  assert.equal(hop.state, 'waiting');
  tick(120_000);
  assert.equal(FakeSocket.all.length, 1);
  browser.fire('pageshow');
  assert.deepEqual(FakeSocket.last.open().sent, [login('100-5')]);
});

test('too many connections: waits for somebody to look at this page', () => {
  const hop = loggedIn();
  FakeSocket.last.ends(4409);
  tick(120_000);
  browser.fire('online');
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(hop.state, 'waiting');
  browser.fire('focus');
  assert.equal(FakeSocket.all.length, 2);
});

// --- the end

for (const [code, reason] of [[4401, 'logged out'], [4403, 'disconnected']]) {
  test(`${code} is the end, and the page is told`, () => {
    const hop = loggedIn();
    FakeSocket.last.ends(code, reason);
    assert.deepEqual(of(hop, 'close'), [{ code, reason, willReconnect: false }]);
    assert.equal(hop.state, 'closed');
    for (const wake of ['online', 'pageshow', 'focus', 'visibilitychange', 'resume']) browser.fire(wake);
    tick(120_000);
    assert.equal(FakeSocket.all.length, 1);
    assert.equal(hop.send('chat', {}), false);
  });
}

test('close() ends it once', () => {
  const hop = loggedIn();
  hop.close();
  hop.close();
  assert.equal(FakeSocket.last.closed, true);
  assert.deepEqual(of(hop, 'close'), [{ code: 1000, reason: '', willReconnect: false }]);
  tick(120_000);
  browser.fire('online');
  assert.equal(FakeSocket.all.length, 1);
});

test('close() from within a handler holds', () => {
  for (const type of ['open', 'login', 'state', 'close', 'notice']) {
    newTab();
    const hop = bellhop();
    hop.on(type, () => hop.close());
    FakeSocket.last.open().answers({ last_id: '1-1', from_id: '1-1' }).says(kept('1-2')).ends(1006);
    tick(120_000);
    assert.equal(hop.state, 'closed', type);
    assert.equal(FakeSocket.all.length, 1, type);
    assert.equal(of(hop, 'close').filter((info) => !info.willReconnect).length, 1, type);
    assert.deepEqual(browser.reported, [], type);
  }
});

test('a handshake that is refused again and again: asks the API, and ends on 401', async () => {
  const hop = bellhop();
  FakeSocket.last.ends(1006);
  await settle();
  assert.deepEqual(browser.fetched, [], 'once may be chance');
  browser.fetchStatus = 0;
  tick(250);
  FakeSocket.last.ends(1006);
  await settle();
  assert.deepEqual(browser.fetched, [BASE + 'api/me']);
  assert.equal(hop.state, 'waiting', 'the server is away');
  browser.fetchStatus = 503;
  tick(500);
  FakeSocket.last.ends(1006);
  await settle();
  assert.equal(hop.state, 'waiting');
  browser.fetchStatus = 401;
  tick(1000);
  FakeSocket.last.ends(1006);
  await settle();
  assert.deepEqual(of(hop, 'close'), [{ code: 4401, reason: 'not logged in', willReconnect: false }]);
  tick(120_000);
  assert.equal(FakeSocket.all.length, 4);
});

test('a page of another host asks with its cookies and without a preflight, and ends on 401', async () => {
  const hop = bellhop({ base: 'https://bell.example/bellhop' });
  browser.fetchStatus = 0; // also what a page sees that bellhop.origins does not list
  for (const wait of [250, 500, 1000]) {
    FakeSocket.last.ends(1006);
    await settle();
    tick(wait);
  }
  assert.equal(hop.state, 'connecting', 'it may be the network');
  browser.fetchStatus = 401;
  FakeSocket.last.ends(1006);
  await settle();
  assert.deepEqual(of(hop, 'close'), [{ code: 4401, reason: 'not logged in', willReconnect: false }]);
  const [url, { credentials, mode = 'cors', method = 'GET', headers = {} }] = browser.calls.at(-1);
  assert.equal(url, 'https://bell.example/bellhop/api/me');
  assert.deepEqual({ credentials, mode, method, headers }, { credentials: 'include', mode: 'cors', method: 'GET', headers: {} });
  tick(120_000);
  assert.equal(FakeSocket.all.length, 4);
});

test('1008 may be the end of a login: asks the API at once', async () => {
  const hop = loggedIn();
  browser.fetchStatus = 401;
  FakeSocket.last.ends(1008);
  await settle();
  assert.equal(hop.state, 'closed');
});

test('1008, and the login ends a moment later: the first refusal has it ask again', async () => {
  const hop = loggedIn();
  browser.fetchStatus = 200;
  FakeSocket.last.ends(1008);
  await settle();
  assert.equal(hop.state, 'waiting');
  browser.fetchStatus = 401;
  tick(500);
  FakeSocket.last.ends(1006);
  await settle();
  assert.equal(hop.state, 'closed');
});

test('a login that ends and the connection only breaks, as on Payara now and then: over within two seconds', async () => {
  random(0.999999);
  const hop = loggedIn();
  browser.fetchStatus = 401;
  FakeSocket.last.ends(1006);
  for (const wait of [500, 1000]) {
    assert.equal(hop.state, 'waiting');
    tick(wait);
    FakeSocket.last.ends(1006);
    await settle();
  }
  assert.equal(hop.state, 'closed');
  assert.deepEqual(of(hop, 'close').at(-1), { code: 4401, reason: 'not logged in', willReconnect: false });
});

test('a late 401 does not end a connection that has logged in meanwhile', async () => {
  const hop = loggedIn();
  browser.fetchStatus = 401;
  FakeSocket.last.ends(1008);
  browser.fire('online');
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  await settle();
  assert.equal(hop.state, 'open');
});

// --- dead connections

test('pings after silence, and drops a connection that stays silent without waiting for the browser', () => {
  const hop = loggedIn();
  const first = FakeSocket.last;
  tick(24_999);
  assert.deepEqual(first.types, ['login']);
  tick(1);
  assert.deepEqual(first.types, ['login', 'ping']);
  tick(9_999);
  assert.equal(hop.state, 'open');
  tick(1);
  assert.equal(hop.state, 'waiting');
  assert.equal(first.closed, true);
  assert.equal(of(hop, 'close')[0].willReconnect, true);
  tick(250);
  assert.equal(FakeSocket.all.length, 2);
  first.says(kept('100-6')).ends(1006);
  assert.deepEqual(hop.ids, [], 'the old socket is not listened to');
  assert.equal(FakeSocket.all.length, 2);
});

test('any frame is a sign of life', () => {
  const hop = loggedIn();
  tick(20_000);
  FakeSocket.last.says({ msg_type: 'notice' });
  tick(24_999);
  assert.deepEqual(FakeSocket.last.types, ['login']);
  tick(1);
  assert.deepEqual(FakeSocket.last.types, ['login', 'ping']);
  tick(9_000);
  FakeSocket.last.says({ msg_type: 'pong' });
  tick(10_000);
  assert.equal(hop.state, 'open');
  tick(14_999);
  assert.deepEqual(FakeSocket.last.types, ['login', 'ping']);
  tick(1);
  assert.deepEqual(FakeSocket.last.types, ['login', 'ping', 'ping']);
  assert.deepEqual(hop.ids, ['notice'], 'pong is no message');
});

test('asks at once whether the connection has outlived a sleep', () => {
  const hop = loggedIn();
  browser.fire('pageshow');
  assert.deepEqual(FakeSocket.last.types, ['login'], 'heard a moment ago');
  tick(10_000);
  browser.fire('online');
  assert.deepEqual(FakeSocket.last.types, ['login', 'ping']);
  tick(10_000);
  assert.equal(hop.state, 'waiting');
});

test('a clock that has stood still while the machine slept does not make the connection look young', (t) => {
  const hop = loggedIn();
  tick(1_000);
  t.mock.method(Date, 'now', () => new Date().getTime() + 3_600_000); // and performance.now() has not moved
  browser.fire('online');
  assert.deepEqual(FakeSocket.last.types, ['login', 'ping']);
  tick(10_000);
  assert.equal(hop.state, 'waiting');
});

test('a browser that is wrong about having no network: an attempt a minute', () => {
  navigator.onLine = false;
  const hop = bellhop();
  assert.equal(hop.state, 'waiting');
  tick(59_999);
  assert.equal(FakeSocket.all.length, 0);
  tick(1);
  FakeSocket.last.ends(1006);
  tick(60_000);
  assert.equal(FakeSocket.all.length, 1);
  tick(1_000);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  assert.equal(hop.state, 'open');
  hop.close();
  tick(120_000);
  assert.equal(FakeSocket.all.length, 2);
});

test('asks at once when the browser says that there is no network, and believes the answer more than the browser', () => {
  const hop = loggedIn();
  const socket = FakeSocket.last;
  navigator.onLine = false;
  browser.fire('offline');
  assert.equal(socket.types.at(-1), 'ping');
  tick(1_000);
  socket.says({ msg_type: 'pong' });
  tick(20_000);
  assert.equal(hop.state, 'open');
  browser.fire('offline');
  tick(2_000);
  assert.equal(hop.state, 'waiting');
  assert.equal(socket.closed, true);
  tick(30_000);
  browser.fire('offline');
  assert.equal(FakeSocket.all.length, 1);
  navigator.onLine = true;
  browser.fire('online');
  assert.equal(FakeSocket.all.length, 2);
});

test('neither handshake nor login may take for ever', () => {
  const hop = bellhop();
  tick(15_000);
  assert.equal(FakeSocket.all[0].closed, true);
  tick(250);
  FakeSocket.last.open();
  tick(14_999);
  assert.equal(hop.state, 'connecting');
  tick(1);
  assert.equal(hop.state, 'waiting');
  assert.equal(FakeSocket.all[1].closed, true);
});

// --- sending

test('sends at once while logged in', () => {
  const hop = loggedIn();
  assert.equal(hop.send('chat', { text: 'hi' }), true);
  assert.equal(hop.send('bare'), true);
  assert.deepEqual(FakeSocket.last.sent.slice(1), [{ msg_type: 'chat', data: { text: 'hi' } }, { msg_type: 'bare' }]);
});

test('keeps a hundred frames while away, in order, and sends them no faster than the server takes them', () => {
  const hop = bellhop();
  const taken = Array.from({ length: 103 }, (_, i) => hop.send('chat', i)).filter(Boolean).length;
  assert.equal(taken, 100);
  FakeSocket.last.open();
  assert.deepEqual(FakeSocket.last.types, ['login'], 'not before the answer');
  FakeSocket.last.answers({ last_id: '1-1', from_id: '1-1' });
  assert.equal(FakeSocket.last.sent.length, 1 + 15);
  hop.send('chat', 'last');
  tick(1000);
  assert.equal(FakeSocket.last.sent.length, 1 + 30);
  tick(6000);
  assert.deepEqual(FakeSocket.last.sent.slice(1).map((frame) => frame.data), [...Array(100).keys(), 'last']);
});

test('is no faster when the page sends one by one', () => {
  const hop = loggedIn();
  for (let i = 0; i < 50; i++) hop.send('chat', i);
  assert.equal(FakeSocket.last.sent.length, 1 + 15);
  tick(1000);
  assert.equal(FakeSocket.last.sent.length, 1 + 30);
  tick(3000);
  assert.deepEqual(FakeSocket.last.sent.slice(1).map((frame) => frame.data), [...Array(50).keys()]);
  hop.send('chat', 'at once');
  assert.equal(FakeSocket.last.sent.at(-1).data, 'at once');
});

test('what is not sent yet waits for the next connection; a closing socket takes nothing', () => {
  const hop = loggedIn();
  const first = FakeSocket.last;
  first.readyState = 2;
  hop.send('chat', 1);
  first.ends(1006);
  hop.send('chat', 2);
  tick(250);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  assert.deepEqual(first.types, ['login']);
  assert.deepEqual(FakeSocket.last.sent.slice(1).map((frame) => frame.data), [1, 2]);
});

// --- read and unread

test('counts what is unread', () => {
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-4', unread: 2 });
  FakeSocket.last.says(kept('100-5')).says(kept('100-6')).says({ msg_type: 'notice' });
  assert.deepEqual(of(hop, 'unread'), [2, 3]);
  FakeSocket.last.says({ msg_type: 'read', data: { id: '100-5', unread: 1 } });
  assert.deepEqual(of(hop, 'unread'), [2, 3, 1]);
  assert.deepEqual(of(hop, 'read'), [{ id: '100-5', unread: 1 }]);
});

test('read tells the server, and this page at once', () => {
  const hop = bellhop();
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5', unread: 4 });
  assert.equal(hop.read('100-3'), true);
  assert.deepEqual(FakeSocket.last.sent.at(-1), { msg_type: 'read', data: { id: '100-3' } });
  assert.equal(hop.unread, 2);
  FakeSocket.last.says(kept('100-6'));
  assert.equal(hop.unread, 3);
  hop.read('100-6');
  assert.equal(hop.unread, 0);
});

test('of many reads only the newest waits', () => {
  const hop = loggedIn('100-0');
  hop.on('notice', (data, { id }) => hop.read(id));
  for (let i = 1; i <= 500; i++) FakeSocket.last.says(kept('100-' + i));
  assert.equal(hop.send('chat', {}), true, 'the queue is not full of them');
  tick(1000);
  const reads = FakeSocket.last.sent.filter((frame) => frame.msg_type === 'read');
  assert.ok(reads.length <= 16, `${reads.length} frames`);
  assert.equal(reads.at(-1).data.id, '100-500');
  assert.equal(FakeSocket.last.types.at(-1), 'chat');
  assert.equal(hop.unread, 0);
});

test('what was read while away is not unread again after the login', () => {
  const hop = loggedIn('100-5');
  FakeSocket.last.ends(1006);
  hop.read('100-5');
  tick(250);
  FakeSocket.last.open().answers({ last_id: '100-6', from_id: '100-5', unread: 3 });
  assert.equal(hop.unread, 1);
  assert.deepEqual(FakeSocket.last.sent.at(-1), { msg_type: 'read', data: { id: '100-5' } });
});

test('a handler that reads a message at once leaves nothing unread', () => {
  const hop = loggedIn('100-5');
  hop.on('notice', (data, { id }) => {
    assert.equal(hop.unread, 1);
    hop.read(id);
  });
  FakeSocket.last.says(kept('100-6'));
  assert.equal(hop.unread, 0);
});

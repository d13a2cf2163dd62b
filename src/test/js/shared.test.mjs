/** One connection for all tabs of a browser: the tabs, the shared worker, and a fake server. See bellhop.test.mjs. */
import { afterEach, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { FakeSocket, bellhop, browser, kept, newTab, random, settle, tick } from './page.mjs';
import { FakeTab, loggedInAs, pass, world } from './browser.mjs';

beforeEach(() => {
  newTab();
  random(0.5);
  world.start();
  loggedInAs('alice');
});

afterEach(() => world.end());

/** The first tab, logged in. */
async function first(options, answer = {}) {
  const tab = new FakeTab(options);
  await pass();
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5', ...answer });
  await pass();
  return tab;
}

async function another(options) {
  const tab = new FakeTab(options);
  await pass();
  return tab;
}

const chats = (socket = FakeSocket.last) => socket.sent.filter(({ msg_type }) => msg_type === 'chat').map(({ data }) => data);

test('ten tabs are one WebSocket, and each shows each message once', async () => {
  const tabs = [await first()];
  for (let i = 1; i < 10; i++) tabs.push(await another());
  for (const tab of tabs) assert.deepEqual([tab.state, tab.opens, tab.logins.length], ['open', 1, 1]);
  FakeSocket.last.says(kept('100-6')).says({ msg_type: 'passing' }).says(kept('100-6')).says(kept('100-7'));
  await pass();
  for (const tab of tabs) assert.deepEqual(tab.ids, ['100-6', 'passing', '100-7']);
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(world.workers, 1);
  assert.deepEqual(FakeSocket.last.types, ['login']);
});

test('ten tabs that come at once', async () => {
  const tabs = Array.from({ length: 10 }, () => new FakeTab());
  await pass();
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-4', unread: 1 }).says(kept('100-5'));
  await pass();
  for (const tab of tabs) assert.deepEqual([tab.state, tab.ids, tab.unread], ['open', ['100-5'], 1]);
  assert.equal(FakeSocket.all.length, 1);
  assert.ok(browser.fetched.length <= 2, `${browser.fetched.length} requests: one for all that came meanwhile`);
});

test('a page uses it by itself, and bellhop.js tells the same as before', async () => {
  const hop = bellhop();
  await pass();
  assert.equal(world.url, 'https://hotel.example/app/bellhop/bellhop-worker.js', 'wherever a bundler has put the module');
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-4', unread: 2 }).says(kept('100-5')).says(kept('100-6'));
  await pass();
  assert.deepEqual(hop.log, [['open', undefined], ['state', 'open'], ['login', hop.log[2][1]], ['unread', 2], ['unread', 3]]);
  assert.deepEqual(hop.ids, ['100-5', '100-6']);
  hop.read('100-6');
  hop.send('chat', 1);
  await pass();
  assert.deepEqual(FakeSocket.last.sent.slice(1), [{ msg_type: 'read', data: { id: '100-6' } }, { msg_type: 'chat', data: 1 }]);
  FakeSocket.last.ends(4401, 'logged out');
  await pass();
  assert.deepEqual(hop.log.slice(-2), [['state', 'closed'], ['close', { code: 4401, reason: 'logged out', willReconnect: false }]]);
  assert.equal(hop.send('chat', 2), false);
});

// --- where a tab begins

test('a tab goes on from its own position: from what the worker still has, or by asking the server', async () => {
  const one = await first({ owner: 'alice', position: '100-5' });
  for (let i = 6; i <= 9; i++) FakeSocket.last.says(kept('100-' + i));
  await pass(1000);
  const two = await another({ owner: 'alice', position: '100-7' });
  assert.deepEqual(two.ids, ['100-8', '100-9']);
  assert.deepEqual([two.logins[0].from_id, two.logins[0].last_id], ['100-7', '100-9']);
  assert.deepEqual(FakeSocket.last.types, ['login']);
  const three = await another({ owner: 'alice', position: '100-2' });
  assert.deepEqual(FakeSocket.last.sent.at(-1), { msg_type: 'login', data: { last_id: '100-2', user_id: 'alice' } });
  FakeSocket.last.answers({ last_id: '100-9', from_id: '100-2', unread: 4 });
  for (let i = 3; i <= 10; i++) FakeSocket.last.says(kept('100-' + i));
  await pass();
  assert.deepEqual(three.ids, ['100-3', '100-4', '100-5', '100-6', '100-7', '100-8', '100-9', '100-10']);
  assert.deepEqual(one.ids, ['100-6', '100-7', '100-8', '100-9', '100-10'], 'the others are told nothing twice');
  assert.deepEqual([one.logins.length, two.logins.length, three.logins.length], [1, 1, 1]);
  assert.deepEqual([one.unread, three.unread], [0, 4]);
});

test('a tab without a position gets what no tab has shown', async () => {
  await first();
  FakeSocket.last.says(kept('100-6'));
  await pass();
  const two = await another();
  assert.deepEqual(two.ids, []);
  FakeSocket.last.says(kept('100-7'));
  await pass();
  assert.deepEqual(two.ids, ['100-7']);
});

test('a duplicated tab has its twin\'s position, and both go on from it', async () => {
  const one = await first({ owner: 'alice', position: '100-5' });
  FakeSocket.last.says(kept('100-6'));
  await pass();
  const twin = await another({ owner: 'alice', position: '100-6' });
  FakeSocket.last.says(kept('100-7'));
  await pass();
  assert.deepEqual([one.ids, twin.ids], [['100-6', '100-7'], ['100-7']]);
});

test('a tab that has come further by itself is not handed that again, and takes nothing from the others', async () => {
  const one = await first();
  const two = await another({ owner: 'alice', position: '100-7' });
  assert.equal(two.state, 'open');
  for (const id of ['100-6', '100-7', '100-8']) FakeSocket.last.says(kept(id));
  await pass();
  assert.deepEqual([one.ids, two.ids], [['100-6', '100-7', '100-8'], ['100-8']]);
});

test('what is trimmed is missed by the tab that asked, and by no other', async () => {
  const one = await first();
  await pass(1000);
  const two = await another({ owner: 'alice', position: '100-1' });
  FakeSocket.last.answers({ last_id: '100-5', from_id: '100-3', recovered: false }).says(kept('100-4')).says(kept('100-5')).says(kept('100-6'));
  await pass(5000);
  assert.deepEqual([two.logins.length, two.logins[0].recovered, two.logins[0].from_id], [1, false, '100-3']);
  assert.deepEqual(two.ids, ['100-4', '100-5', '100-6']);
  assert.deepEqual([one.logins.length, one.ids], [1, ['100-6']]);
  const three = await another({ owner: 'alice', position: '100-2' });
  assert.deepEqual([three.logins[0].recovered, three.ids], [false, ['100-4', '100-5', '100-6']]);
  assert.equal(FakeSocket.last.types.length, 2, 'the server has already said so');
});

test('Redis has lost its data: each tab is told', async () => {
  const tabs = [await first(), await another()];
  FakeSocket.last.answers({ last_id: '50-1', from_id: '50-0', recovered: false, unread: 1 }).says(kept('50-1'));
  await pass();
  for (const tab of tabs) assert.deepEqual([tab.logins.at(-1).recovered, tab.ids, tab.unread], [false, ['50-1'], 1]);
  const late = await another({ owner: 'alice', position: '100-5' });
  assert.deepEqual([late.logins.at(-1).recovered, late.state], [false, 'open']);
  FakeSocket.last.says(kept('50-2'));
  await pass();
  for (const tab of [...tabs, late]) assert.equal(tab.ids.at(-1), '50-2');
});

test('the answer that cannot recover the first tab\'s position is told once, and nothing is asked again', async () => {
  const tab = await first({ owner: 'alice', position: '100-1' }, { from_id: '100-4', recovered: false });
  await pass(5000);
  assert.deepEqual([tab.logins.length, tab.logins[0].recovered, tab.logins[0].from_id], [1, false, '100-4']);
  assert.deepEqual(FakeSocket.last.types, ['login']);
});

// --- unread and read

test('unread and read agree in all tabs', async () => {
  const tabs = [await first({}, { unread: 2 }), await another(), await another()];
  FakeSocket.last.says(kept('100-6')).says(kept('100-7'));
  await pass();
  tabs[1].send('read', { id: '100-6' });
  await pass();
  assert.deepEqual([tabs[0].unread, tabs[2].unread], [1, 1]);
  assert.deepEqual(tabs.map(({ reads }) => reads), [['100-6'], [], ['100-6']], 'who has read is not told');
  assert.equal(FakeSocket.last.types.filter((type) => type === 'read').length, 1);
  FakeSocket.last.says({ msg_type: 'read', data: { id: '100-7', unread: 0 } });
  await pass();
  assert.deepEqual(tabs.map(({ unread }) => unread), [0, 0, 0]);
  assert.equal((await another()).unread, 0);
});

// --- tabs that go

test('tabs close in any order, and disturb no other', async () => {
  const tabs = [await first()];
  for (let i = 0; i < 5; i++) tabs.push(await another());
  let next = 6;
  for (const i of [3, 0, 5, 1]) {
    tabs[i].connection.stop(1000, '');
    await pass(3000);
    const id = '100-' + next++;
    FakeSocket.last.says(kept(id));
    await pass();
    assert.deepEqual(tabs.filter(({ ids }) => ids.at(-1) === id).length, tabs.filter(({ state }) => state === 'open').length);
  }
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(FakeSocket.last.closed, false);
  tabs[2].connection.stop(1000, '');
  tabs[4].connection.stop(1000, '');
  await pass(1);
  assert.equal(FakeSocket.last.closed, true, 'the last one closes the connection');
});

test('a tab that crashes leaves its lock, and is forgotten', async () => {
  const one = await first();
  await another();
  const lock = [...world.held.keys()].findLast((name) => name.startsWith('bellhop tab'));
  one.connection.stop(1000, '');
  world.held.delete(lock);
  for (const waiting of world.waiting.splice(0)) if (waiting.name === lock) waiting.run();
  await pass(2000);
  assert.equal(FakeSocket.last.closed, true);
});

test('a page that is left is followed by the next one within two seconds, on the same connection', async () => {
  const one = await first();
  one.connection.hide();
  assert.equal(one.state, 'waiting');
  await pass(1500);
  FakeSocket.last.says(kept('100-6'));
  const two = await another({ owner: 'alice', position: '100-5' });
  assert.deepEqual(two.ids, ['100-6']);
  await pass(5000);
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(FakeSocket.last.closed, false);
});

test('a tab that sleeps, or waits in the back/forward cache, comes back and has missed nothing', async () => {
  const [one, two] = [await first(), await another()];
  two.connection.hide();
  FakeSocket.last.says(kept('100-6'));
  await pass();
  two.connection.wake(false);
  await pass();
  assert.deepEqual(two.ids, [], 'not before it is shown');
  two.connection.wake(true, true);
  await pass();
  assert.deepEqual([one.ids, two.ids, two.state], [['100-6'], ['100-6'], 'open']);
  assert.equal(FakeSocket.all.length, 1);
});

test('a tab that takes nothing any more is let go, and resumes', async () => {
  const [one, two] = [await first(), await another()];
  const deaf = world.worker.ports[1];
  const { postMessage } = deaf;
  const missed = [];
  deaf.postMessage = (word) => missed.push(word);
  for (let i = 6; i <= 1100; i++) {
    FakeSocket.last.says(kept('100-' + i));
    if (i % 100 === 0) await pass();
  }
  await pass();
  assert.ok(missed.length < 1020, `${missed.length}`);
  assert.equal(missed.at(-1).type, 'left');
  assert.equal(one.ids.length, 1095);
  for (const word of missed) await postMessage.call(deaf, word);
  deaf.closed = false;
  two.connection.hide();
  two.connection.wake(true, true);
  await pass(2000);
  assert.equal(two.state !== 'closed', true);
});

// --- the worker dies

test('the worker is killed: within two seconds all tabs are on a new connection, and nothing is missed or shown twice', async () => {
  const tabs = [await first(), await another(), await another()];
  FakeSocket.last.says(kept('100-6'));
  await pass();
  world.kill();
  await pass();
  assert.equal(FakeSocket.all.length, 2);
  assert.equal(world.workers, 2);
  FakeSocket.last.open();
  assert.deepEqual(FakeSocket.last.sent, [{ msg_type: 'login', data: { last_id: '100-6', user_id: 'alice' } }]);
  FakeSocket.last.answers({ last_id: '100-8', from_id: '100-6', unread: 2 }).says(kept('100-7')).says(kept('100-8'));
  await pass();
  for (const tab of tabs) {
    assert.deepEqual(tab.ids, ['100-6', '100-7', '100-8']);
    assert.deepEqual(tab.closes, [{ code: 1006, reason: 'the shared worker is gone', willReconnect: true }]);
    assert.equal(tab.state, 'open');
  }
});

test('so too where there are no locks, as over plain HTTP', async () => {
  world.start({ locks: false });
  const tabs = [await first(), await another()];
  for (let i = 0; i < 100; i++) await pass(100);
  assert.equal(FakeSocket.all.length, 1);
  world.kill();
  for (let waited = 0; waited < 2000 && world.workers < 2; waited += 100) await pass(100);
  FakeSocket.last.open().answers({ last_id: '100-6', from_id: '100-5', unread: 1 }).says(kept('100-6'));
  for (let i = 0; i < 15; i++) await pass(100);
  for (const tab of tabs) assert.deepEqual([tab.ids, tab.state], [['100-6'], 'open']);
});

test('workers that die again and again: a connection each', async () => {
  const tab = await first();
  for (let i = 0; i < 3; i++) {
    world.kill();
    await pass(100);
  }
  assert.equal(tab.fellBack, true);
});

for (const mode of ['throws', 'fails', 'silent']) {
  test(`a shared worker that ${mode}: a connection of its own`, async () => {
    world.start({ mode });
    const hop = bellhop();
    await pass(mode === 'silent' ? 5_100 : 0);
    assert.equal(FakeSocket.all.length, 1);
    FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' }).says(kept('100-6'));
    assert.deepEqual(hop.ids, ['100-6']);
    assert.equal(hop.state, 'open');
  });
}

test('a page that was busy or asleep as the worker answered reads the answer first', async () => {
  const hop = bellhop();
  tick(5_000); // the timer is due, and the answer lies there unread
  await settle();
  assert.equal(FakeSocket.all.length, 1);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  await settle();
  assert.equal(hop.state, 'open');
  bellhop();
  await settle();
  assert.equal(FakeSocket.all.length, 1, 'and the next tab takes part');
});

test('a page that wants its own has its own, and so has one that has replaced WebSocket', () => {
  bellhop({ shared: false });
  assert.equal(FakeSocket.all.length, 1);
  globalThis.WebSocket = FakeSocket;
  bellhop();
  assert.equal(FakeSocket.all.length, 2);
  assert.equal(world.workers, 0);
});

// --- logins

test('a tab is told nothing of anybody before it is sure whose browser this is', async () => {
  await first();
  let answer;
  browser.respond = () => new Promise((answered) => (answer = answered));
  const two = new FakeTab();
  await pass();
  FakeSocket.last.says(kept('100-6'));
  await pass();
  assert.deepEqual([two.ids, two.logins, two.state], [[], [], 'connecting']);
  answer(new Response(JSON.stringify({ user_id: 'alice' })));
  await pass();
  assert.deepEqual([two.state, two.logins.length], ['open', 1]);
});

test('another login in one tab moves all', async () => {
  const one = await first();
  one.send('chat', 'as alice');
  await pass(1000);
  loggedInAs('bob');
  const two = await another({ owner: 'alice', position: '100-5' });
  assert.equal(FakeSocket.all.length, 2);
  assert.equal(FakeSocket.all[0].closed, true);
  one.send('chat', 'still as alice');
  await pass();
  FakeSocket.last.open().answers({ user_id: 'bob', last_id: '7-3', from_id: '7-2', unread: 1 }).says(kept('7-3'));
  await pass(1000);
  for (const tab of [one, two]) assert.deepEqual([tab.logins.at(-1).user_id, tab.ids, tab.unread, tab.state], ['bob', ['7-3'], 1, 'open']);
  assert.deepEqual(chats(FakeSocket.all[0]), ['as alice']);
});

test('what a tab has sent as somebody is never sent as somebody else', async () => {
  const one = await first();
  for (let i = 0; i < 30; i++) one.send('chat', i);
  await pass();
  assert.equal(chats().length, 15);
  FakeSocket.last.ends(1006);
  await pass(250);
  FakeSocket.last.open().answers({ user_id: 'bob', last_id: '7-3', from_id: '7-3' });
  await pass(3000);
  assert.ok(one.errors.includes('other_user'));
  assert.ok(chats().every((i) => i >= 30 || one.logins.length === 2));
});

test('logged out: all tabs are told; a tab that came after the login is not mistaken for one of the old', async () => {
  const one = await first();
  let answer;
  browser.respond = () => new Promise((answered) => (answer = answered));
  const two = new FakeTab(); // its page has logged in anew; the end of the old login comes only now
  await pass();
  FakeSocket.last.ends(4401, 'logged out');
  await pass();
  assert.deepEqual([one.state, one.closes], ['closed', [{ code: 4401, reason: 'logged out', willReconnect: false }]]);
  assert.equal(FakeSocket.all.length, 2);
  FakeSocket.last.open().answers({ last_id: '100-5', from_id: '100-5' });
  answer(new Response('', { status: 500 }));
  await pass();
  assert.deepEqual([two.state, two.closes], ['open', []]);
});

test('disconnected by an administrator: all tabs, and none comes back', async () => {
  const tabs = [await first(), await another()];
  FakeSocket.last.ends(4403);
  await pass(60_000);
  for (const tab of tabs) assert.deepEqual([tab.state, tab.closes.length], ['closed', 1]);
  assert.equal(FakeSocket.all.length, 1);
});

test('the login cannot be looked up: it is tried again, and the tab waits', async () => {
  await first();
  browser.fetchStatus = 503;
  const two = await another();
  assert.equal(two.state, 'connecting');
  loggedInAs('alice');
  await pass(1000);
  assert.equal(two.state, 'open');
});

test('a login check hands over to a new connection, and no tab notices', async () => {
  const tabs = [await first(), await another()];
  const old = FakeSocket.last.says({ msg_type: 'login_check', data: { connection: 'c' } });
  FakeSocket.last.open();
  old.says(kept('100-6')).says({ msg_type: 'passing' });
  FakeSocket.last.answers({ last_id: '100-6', from_id: '100-5', unread: 1, replaced: true }).says(kept('100-6')).says(kept('100-7'));
  await pass();
  for (const tab of tabs) {
    assert.deepEqual(tab.ids, ['100-6', 'passing', '100-7']);
    assert.deepEqual([tab.closes, tab.opens], [[], 1]);
    assert.deepEqual(tab.states.filter((state) => state !== 'connecting'), ['open', 'open']);
  }
});

// --- what tabs send

test('tabs take turns: one that sends much holds up no other', async () => {
  const [one, two] = [await first(), await another()];
  for (let i = 0; i < 40; i++) one.send('chat', 'one ' + i);
  await pass();
  for (let i = 0; i < 3; i++) two.send('chat', 'two ' + i);
  await pass(1000);
  assert.equal(chats().filter((text) => text.startsWith('two')).length, 3);
  await pass(5000);
  assert.deepEqual(chats().filter((text) => text.startsWith('one')), Array.from({ length: 40 }, (_, i) => 'one ' + i));
});

test('too many connections: all wait until somebody looks at one of the tabs', async () => {
  const [one, two] = [await first(), await another()];
  FakeSocket.last.ends(4409);
  await pass(60_000);
  assert.equal(FakeSocket.all.length, 1);
  assert.deepEqual([one.connection.parked, two.connection.parked, one.state], [true, true, 'waiting']);
  two.connection.wake(true);
  await pass();
  assert.equal(FakeSocket.all.length, 2);
  tick(0);
});

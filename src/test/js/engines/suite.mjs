/**
 * What users see, in another browser engine than Chromium:
 *
 *     npm install --prefix target/js --no-save --no-package-lock puppeteer-core selenium-webdriver
 *     ENGINE=firefox BASE_URL=http://localhost:8080 USERS=alice,bob node --test src/test/js/engines/suite.mjs
 *
 * `ENGINE` is firefox or webkit; `BASE_URL` has the demonstration on any server; `USERS` are users of it whose password is their
 * name, one for each test.
 */
import { after, afterEach, before, test } from 'node:test';
import assert from 'node:assert/strict';

const { ENGINE, BASE_URL, USERS } = process.env;
const { start } = await import(`./${ENGINE}.mjs`);
const users = USERS.split(',');
const PATIENCE = 30_000;

let browser;
let tabs = [];
let names = 0;

before(async () => {
  browser = await start();
  console.log(browser.version);
});
after(() => browser?.close());

/** Waits until it is so; why it was not if it never is. */
async function until(what, holds) {
  const end = Date.now() + PATIENCE;
  for (let why; ; ) {
    try {
      await holds();
      return;
    } catch (e) {
      why = e;
    }
    if (Date.now() > end) throw new Error(`${what}: ${why.message}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** What a backend does. */
async function api(as, method, path, body) {
  const headers = { Authorization: 'Basic ' + Buffer.from(`${as}:${as}`).toString('base64'), 'Content-Type': 'application/json' };
  const response = await fetch(`${BASE_URL}/bellhop/api/${path}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json();
}

const notice = (user, text) => api('backend', 'POST', 'messages', { msg_type: 'notice', to_user_id: user, data: { text } });
const connections = async (user) => (await api('admin', 'GET', `users/${user}/connections`)).connections.length;

/** A tab at the front desk, or its login form. */
async function open() {
  const tab = await browser.tab();
  tabs.push(tab);
  await tab.goto(`${BASE_URL}/shop/`);
  return tab;
}

async function logIn(tab, user) {
  await tab.fill('[name=j_username]', user);
  await tab.fill('[name=j_password]', user);
  await tab.click('form [type=submit], form button');
}

const state = (tab) => tab.run(() => document.querySelector('[data-testid=connection-state]')?.dataset.state);
const badge = (tab) => tab.run(() => {
  const shown = document.querySelector('bellhop-bell').shadowRoot.querySelector('#badge');
  return shown.hidden ? '' : shown.textContent;
});
const awaitState = (tab, wanted) => until(`state ${wanted}`, async () => assert.equal(await state(tab), wanted));

/** Has the page's own connection write down what comes. */
const listen = (tab) => tab.run(async () => {
  const { Bellhop } = await import('/bellhop/bellhop.js');
  window.seen = [];
  Bellhop.shared().on('*', (data) => window.seen.push(data?.text));
});
const awaitSeen = (tab, ...texts) => until(`saw ${texts}`, async () => assert.deepEqual(await tab.run(() => window.seen), texts));

async function desk(user) {
  const tab = await open();
  if (user) await logIn(tab, user);
  await awaitState(tab, 'open');
  await listen(tab);
  return tab;
}

/** A user that no other test has. */
const nextUser = () => users[names++];

afterEach(async () => {
  const last = await open(); // a browser without a tab may end itself
  for (const tab of tabs.splice(0)) if (tab !== last) await tab.close().catch(() => {});
  await last.run(() => document.querySelector('[data-testid=logout]')?.click());
  await until('logged out', async () => assert.equal(await last.run(() => !document.querySelector('[data-testid=logout]')), true));
  tabs.push(last);
});

test('tabs are one connection; each shows each message once; unread agrees; whichever closes', async () => {
  const user = nextUser();
  const one = await desk(user);
  const two = await desk();
  const three = await desk();
  assert.equal(await connections(user), 1);
  await notice(user, 'a');
  await notice(user, 'b');
  for (const tab of [one, two, three]) {
    await awaitSeen(tab, 'a', 'b');
    await until('unread', async () => assert.equal(await badge(tab), '2'));
  }
  // a list that nobody sees reads nothing: which tab is in front differs from engine to engine
  for (const tab of [one, two, three]) {
    if (!(await tab.run(() => document.visibilityState === 'visible'))) continue;
    await tab.run(() => document.querySelector('bellhop-bell').shadowRoot.querySelector('#bell').click());
    break;
  }
  for (const tab of [one, two, three]) await until('all read', async () => assert.equal(await badge(tab), ''));
  await one.close();
  tabs = tabs.filter((tab) => tab !== one);
  await notice(user, 'c');
  for (const tab of [two, three]) await awaitSeen(tab, 'a', 'b', 'c');
  assert.equal(await connections(user), 1);
});

test('a reload misses nothing and repeats nothing', async () => {
  const user = nextUser();
  const tab = await desk(user);
  await notice(user, 'before');
  await awaitSeen(tab, 'before');
  await tab.goto('about:blank');
  await notice(user, 'away');
  await tab.goto(`${BASE_URL}/shop/`);
  await awaitState(tab, 'open');
  await until('unread', async () => assert.equal(await badge(tab), '2'));
  await tab.reload();
  await awaitState(tab, 'open');
  await listen(tab);
  await notice(user, 'after');
  await awaitSeen(tab, 'after');
  assert.equal(await badge(tab), '3');
});

test('who goes back to a page has missed nothing there, whether the browser had kept it or not', async () => {
  const user = nextUser();
  const [tab, other] = [await desk(user), await desk()];
  await tab.goto(`${BASE_URL}/shop/js/shop.js`);
  await notice(user, 'meanwhile');
  await awaitSeen(other, 'meanwhile');
  await tab.run(() => setTimeout(() => history.back()));
  await awaitState(tab, 'open');
  await until('unread', async () => assert.equal(await badge(tab), '1'));
  await notice(user, 'after');
  await awaitSeen(other, 'meanwhile', 'after');
  await until('unread', async () => assert.equal(await badge(tab), '2'));
  assert.equal(await connections(user), 1);
});

test('a page without a shared worker has its own connection', async () => {
  const user = nextUser();
  const tab = await desk(user);
  await tab.run(async () => {
    const { Bellhop } = await import('/bellhop/bellhop.js');
    window.own = [];
    const hop = new Bellhop({ shared: false });
    hop.on('notice', (data) => window.own.push(data.text));
    await new Promise((done) => hop.on('login', done));
  });
  await notice(user, 'a');
  await awaitSeen(tab, 'a');
  await until('by its own', async () => assert.deepEqual(await tab.run(() => window.own), ['a']));
  assert.equal(await connections(user), 2);
});

test('logging out in one tab ends all', async () => {
  const user = nextUser();
  const one = await desk(user);
  const two = await desk();
  await one.click('[data-testid=logout]');
  await awaitState(two, 'closed');
});

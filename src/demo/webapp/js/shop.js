// The front desk's own code. All that it needs of Bellhop is here: one import, and what to do with a message.
import { Bellhop } from '/bellhop/bellhop.js';
import '/bellhop/bellhop-bell.js';

const { user, redisCli } = document.documentElement.dataset;
const began = performance.now();
const hop = Bellhop.shared();

// --- messages

// whoever writes messages may write anything into them
const words = value => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
hop.on('notice', (data, message) => toast(words(data?.title), words(data?.text) || words(data) || message.msg_type));

function toast(title, text) {
  const box = document.createElement('div');
  box.className = 'toast';
  box.dataset.testid = 'toast';
  if (title) {
    const heading = document.createElement('strong');
    heading.textContent = title;
    box.append(heading);
  }
  const line = document.createElement('span');
  line.textContent = text;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'quiet';
  close.setAttribute('aria-label', 'Dismiss');
  close.textContent = '×';
  close.addEventListener('click', () => box.remove());
  box.append(line, close);
  const toasts = document.getElementById('toasts');
  toasts.append(box);
  while (toasts.children.length > 4) {
    toasts.firstElementChild.remove();
  }
  setTimeout(() => box.remove(), 12_000);
}

// --- how the connection is

const state = document.getElementById('connection-state');

function show(name, text) {
  state.dataset.state = name;
  state.textContent = text;
}

hop.on('login', () => show('open', `Connected in ${Math.round(performance.now() - began)} ms`));
hop.on('close', ({ code, willReconnect }) => {
  if (willReconnect) {
    show('waiting', 'Reconnecting…');
    return;
  }
  show('closed', 'Not connected');
  const notice = document.getElementById('notice');
  notice.hidden = false;
  if (code === 4403) {
    notice.textContent = 'You have been disconnected by an administrator.';
  } else if (code === 4401) {
    const link = document.createElement('a');
    link.href = './';
    link.textContent = 'Sign in';
    link.dataset.testid = 'sign-in';
    notice.replaceChildren('You have been signed out. ', link);
  } else {
    notice.textContent = 'The connection has been closed.';
  }
});

// --- the page to the application

for (const button of document.querySelectorAll('[data-room]')) {
  button.addEventListener('click', () => {
    const sent = hop.send('housekeeping', { room: button.dataset.room });
    toast(`Room ${button.dataset.room}`, sent ? 'Housekeeping has been asked.' : 'Not connected; please try again.');
  });
}

// --- what to try

const message = (text, to = { to_user_id: user }) => JSON.stringify({ msg_type: 'notice', ...to, data: { text } });
const quoted = text => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const curl = 'curl -u backend:backend';
const api = `${location.origin}/bellhop/api`;
const post = body => `${curl} -H 'Content-Type: application/json' ${api}/messages -d ${quoted(body)}`;
const commands = {
  now: `${redisCli} PUBLISH websocket:producer:channel ${quoted(message('Room 207 is ready'))}`,
  later: `${redisCli} ZADD '{websocket}:timing:messages' $(($(date +%s)+5)) ${quoted(message('The Brandts have arrived'))}`,
  http: post(message('Late checkout for 412')),
  everybody: post(message('The lift is out of order', { to_user_id: '*' })),
  role: post(message('The auditor is at the desk', { to_role: 'manager' })),
  group: post(message('Fresh towels for 118', { to_group: 'housekeeping' })),
  join: `${curl} -X PUT ${quoted(`${api}/groups/housekeeping/members/${encodeURIComponent(user)}`)}`,
};
for (const [name, command] of Object.entries(commands)) {
  document.getElementById(`try-${name}`).textContent = command;
}

// --- how many tabs share the connection: each holds a lock, and the browser lists them

const LOCK = `front desk tab of ${user} `;
navigator.locks?.request(LOCK + crypto.randomUUID(), () => new Promise(() => {}));

async function countTabs(place) {
  const { held } = await navigator.locks.query();
  const tabs = Math.max(1, held.filter(({ name }) => name.startsWith(LOCK)).length);
  const text = tabs === 1 ? 'One tab of this browser shows the front desk. It has one connection.' : `${tabs} tabs of this browser show the front desk. They share one connection.`;
  if (place.textContent !== text) place.textContent = text; // why if: it is read out
}

const tabCount = document.getElementById('tab-count');
if (tabCount && navigator.locks && self.SharedWorker) {
  countTabs(tabCount);
  setInterval(countTabs, 1_000, tabCount);
}

/** One user: what their pages are doing, where their messages went, and what can be done about it. */

import { call, user as path } from './api.js';
import { fate } from './fate.js';
import { $, attempt, cell, duration, el, notice, number, rows, time } from './show.js';

const STATES = { open: 'waits for login', logging_in: 'logging in', replaying: 'replaying', live: 'live', closing: 'closing' };
let shown = '';

async function show(id) {
  const [state, { connections, silent: mute }, { messages }] = await Promise.all([
    call('GET', path(id)), call('GET', `${path(id)}/connections`), call('GET', `${path(id)}/messages?limit=20`),
  ]);
  shown = state.user_id;
  $('user-shown').hidden = false;
  $('user-name').textContent = shown;
  const here = connections.length === 1 ? '1 open page' : `${number(connections.length)} open pages`;
  const silent = mute.length ? ` Not answered in time, so there may be more: ${mute.join(', ')}.` : '';
  const marks = `newest ${state.last_id ?? 'none'}, sent up to ${state.delivered ?? 'none'}, read up to ${state.read ?? 'none'}.`;
  const groups = state.groups?.length ? ` Groups: ${state.groups.join(', ')}.` : '';
  $('user-summary').textContent = `${here}; ${number(state.unread)} unread; ${marks}${groups}${silent}`;
  rows($('connection-rows'), connections.map((connection) => el('tr', {}, cell(connection.node), cell(duration(connection.open_seconds), 'fixed'),
    cell(STATES[connection.state] ?? connection.state, 'fixed'), cell(number(connection.waiting), 'number'),
    cell(connection.sent ?? '–', 'fixed'))), 5, 'No page of this user is open.');
  rows($('message-rows'), messages.map((message) => el('tr', {}, cell(time(message.at)), cell(message.msg_type, 'long'),
    cell(fate(message.id, connections, state, mute.length), 'data'), cell(message.id, 'fixed'))),
  4, 'The inbox is empty. What is not kept (PUBLISH) never comes here.');
}

async function disconnect(reason) {
  $('confirm').close();
  await call('DELETE', `${path(shown)}/connections${reason}`);
  notice(`All pages of ${shown} have been told to close.`);
  await show(shown);
}

/** @param {(id: string) => void} showScheduled */
export function start(showScheduled) {
  $('find-user').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => {
      await show($('user-id').value);
      $('user-name').focus();
    });
  });
  $('send').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => {
      const body = { msg_type: $('send-type').value, to_user_id: shown, data: { text: $('send-text').value } };
      const { messages } = await call('POST', 'console/messages', body);
      notice(`Kept for ${shown} as ${messages[0].id}.`);
      await show(shown);
    });
  });
  $('disconnect').addEventListener('click', () => {
    $('confirm-text').textContent = `This closes every page of ${shown}, on every node.`;
    $('confirm').showModal();
  });
  $('confirm-disconnect').addEventListener('click', () => attempt(() => disconnect('')));
  $('confirm-logout').addEventListener('click', () => attempt(() => disconnect('?reason=logout')));
  $('confirm-cancel').addEventListener('click', () => $('confirm').close());
  $('show-scheduled').addEventListener('click', () => showScheduled(shown));
}

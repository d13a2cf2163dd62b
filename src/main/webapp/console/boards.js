/** Messages for many: the boards, what is on them, and whether a user has it. */

import { call, user as path } from './api.js';
import { boardFate } from './fate.js';
import { $, attempt, cell, el, notice, number, rows, time } from './show.js';

const SHORT = 200;
const MEMBERS = 20;

/** What people call a board. */
export function title(board) {
  const colon = board.indexOf(':');
  return colon < 0 ? 'Everybody' : `${board.startsWith('role:') ? 'Role' : 'Group'} ${board.slice(colon + 1)}`;
}

/** The field of a message that names whom it is for. */
export function address(kind, name) {
  return kind === 'everybody' ? { to_user_id: '*' } : { [{ role: 'to_role', group: 'to_group' }[kind] ?? 'to_user_id']: name };
}

let shown = '';

async function list() {
  const { boards } = await call('GET', 'boards');
  rows($('board-rows'), boards.map(({ board, messages, last_at: last }) => {
    const look = el('button', { type: 'button', 'data-testid': 'look', 'aria-label': `Look at ${title(board)}` }, 'Look');
    look.addEventListener('click', () => attempt(async () => {
      await show(board);
      $('board-name').focus();
    }));
    return el('tr', { 'data-testid': 'board-row' }, el('th', { scope: 'row', class: 'long' }, title(board)),
      cell(number(messages), 'number'), cell(last ? time(last) : '–'), cell(look));
  }), 4, 'There is no board yet.');
}

async function members(board) {
  if (!board.startsWith('group:')) return '';
  const { members: all, cursor } = await call('GET', `groups/${encodeURIComponent(board.slice('group:'.length))}/members?limit=${MEMBERS}`);
  return all.length ? `Members: ${all.join(', ')}${cursor ? ', and more' : ''}.` : 'It has no members.';
}

async function show(board) {
  const user = $('board-user').value;
  const [{ messages }, who, has, state] = await Promise.all([
    call('GET', `boards/${encodeURIComponent(board)}/messages?limit=20`), members(board),
    user ? call('GET', `${path(user)}/boards`) : null, user ? call('GET', path(user)) : null,
  ]);
  shown = board;
  $('board-shown').hidden = false;
  $('board-name').textContent = title(board);
  $('board-members').textContent = who;
  $('board-for').textContent = user ? `For ${user}` : 'For a user';
  const theirs = has?.boards.find((one) => one.board === board);
  rows($('board-message-rows'), messages.map((message) => el('tr', {}, cell(time(message.at)), cell(message.msg_type, 'long'),
    cell(JSON.stringify(message.data ?? null).slice(0, SHORT), 'data'),
    cell(user ? boardFate(message, board, theirs, state.connections) : 'Write their id above.', 'data'))),
  4, 'The board is empty. What is not kept (PUBLISH) never comes here.');
}

export function start() {
  $('refresh-boards').addEventListener('click', () => attempt(list));
  $('board-find').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(() => show(shown));
  });
  const kind = $('many-kind');
  kind.addEventListener('change', () => {
    $('many-name').disabled = kind.value === 'everybody';
  });
  $('send-many').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => {
      const to = address(kind.value, $('many-name').value);
      await call('POST', 'console/messages', { msg_type: $('many-type').value, ...to, data: { text: $('many-text').value } });
      const whom = kind.value === 'everybody' ? 'everybody' : `the ${kind.value} ${$('many-name').value}`;
      notice(`Kept for ${whom}.`);
      await list();
      if (shown) await show(shown);
    });
  });
  attempt(list);
}

/** What is scheduled: found, moved, cancelled. */

import { call } from './api.js';
import { $, attempt, cell, el, notice, rows, time } from './show.js';

const LIMIT = 50;
const SHORT = 200;

/**
 * A moment as `<input type="datetime-local">` writes it: in the reader's own time zone, without saying so. Empty for one that it
 * cannot write: any producer may schedule for the year 300,000.
 */
export function local(iso) {
  const moment = new Date(iso);
  const here = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return here.getUTCFullYear() >= 1 && here.getUTCFullYear() <= 9999 ? here.toISOString().slice(0, 19) : '';
}

/** What to do if the operator says yes. */
let cancelNow = () => {};

function row(item) {
  const due = el('input', { type: 'datetime-local', step: '1', required: true, 'aria-label': `New time of ${item.id}`, 'data-testid': 'move-to' });
  if (item.push_at) due.value = local(item.push_at);
  const move = el('form', { class: 'line' }, due, el('button', { 'data-testid': 'move' }, 'Move'));
  const cancel = el('button', { type: 'button', class: 'danger', 'data-testid': 'cancel', 'aria-label': `Cancel ${item.id}` }, 'Cancel…');
  const id = `scheduled/${encodeURIComponent(item.id)}`;
  const line = el('tr', { 'data-testid': 'scheduled-row' },
    cell(item.push_at ? time(item.push_at) : 'never'), cell(item.malformed ? 'malformed' : item.to_user_id, 'long'),
    cell(item.msg_type ?? '', 'long'), cell(JSON.stringify(item.data ?? null).slice(0, SHORT), 'data'),
    el('td', {}, el('div', { class: 'line' }, move, cancel)));
  move.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => {
      const moved = await call('PUT', id, { push_at: new Date(due.value).toISOString() });
      line.replaceWith(row(moved));
      notice('Moved.');
    });
  });
  cancel.addEventListener('click', () => {
    cancelNow = async () => {
      await call('DELETE', id);
      line.remove();
      $('scheduled-user').focus(); // the button that had the focus is gone
      notice('Cancelled.');
    };
    const what = item.malformed ? 'What is no message' : `“${item.msg_type}” for ${item.to_user_id}`;
    $('cancel-text').replaceChildren(what, ...(item.push_at ? [', due ', time(item.push_at)] : []), ', will never be sent.');
    $('cancel').showModal();
  });
  return line;
}

let cursor;

async function find(more) {
  const query = new URLSearchParams({ limit: LIMIT });
  if ($('scheduled-user').value) query.set('to_user_id', $('scheduled-user').value);
  if (more && cursor) query.set('cursor', cursor);
  const { scheduled, cursor: next } = await call('GET', `scheduled?${query}`);
  cursor = next;
  if (more) $('scheduled-rows').append(...scheduled.map(row));
  else rows($('scheduled-rows'), scheduled.map(row), 5, next ? 'Nothing among the first; there is more to look at.' : 'Nothing is scheduled.');
  $('scheduled-more').hidden = !next;
}

/** Finds what is scheduled for this user. */
export function findFor(user) {
  $('scheduled-user').value = user;
  $('scheduled').scrollIntoView();
  attempt(() => find(false));
}

export function start() {
  $('find-scheduled').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(() => find(false));
  });
  $('cancel-confirmed').addEventListener('click', () => {
    $('cancel').close();
    attempt(cancelNow);
  });
  $('cancel-keep').addEventListener('click', () => $('cancel').close());
  $('scheduled-more').addEventListener('click', () => attempt(() => find(true)));
  attempt(() => find(false));
}

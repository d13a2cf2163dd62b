/** What bellhop-bell.js decides without a page. See bellhop.test.mjs. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { MODULE } from './page.mjs';

const { ago, isAfter, safeUrl, wording } = await import(new URL('bellhop-bell.js', MODULE));
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

/** Small things that every part of the page shows with. Text from users and producers only ever becomes text. */

export const $ = (id) => document.getElementById(id);

/** An element; children are elements or text. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'class') element.className = value;
    else if (key.includes('-') || key === 'scope') element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

export const cell = (content, type = '') => el('td', { class: type }, content);

/** A moment, in the reader's own way of writing it; as it stands where that is beyond what a page can write. */
export function time(iso) {
  const moment = el('time', { dateTime: iso });
  moment.textContent = Number.isNaN(Date.parse(iso)) ? iso : new Date(iso).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
  return moment;
}

/** So long, in its two largest units. */
export function duration(seconds) {
  const units = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];
  const from = Math.max(0, units.findIndex(([size]) => seconds >= size));
  let left = Math.floor(seconds);
  const parts = units.slice(seconds < 1 ? 3 : from, (seconds < 1 ? 3 : from) + 2).map(([size, unit]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return `${count} ${unit}`;
  });
  return parts.join(' ');
}

const plain = new Intl.NumberFormat();
const rough = new Intl.NumberFormat([], { maximumFractionDigits: 1 });
export const number = (value) => plain.format(value ?? 0);
export const rate = (value) => rough.format(value ?? 0);

/** Fills a table's body, or says that there is nothing. */
export function rows(body, all, columns, nothing) {
  body.replaceChildren(...(all.length ? all : [el('tr', {}, el('td', { class: 'empty', colSpan: columns }, nothing))]));
}

/** What has come of what the operator did. */
export function notice(text, kind = 'good') {
  const place = $('notice');
  place.dataset.kind = kind;
  place.textContent = text;
}

/** Does something for the operator; says so if it is refused. */
export async function attempt(task) {
  try {
    await task();
  } catch (refused) {
    notice(refused.message, 'bad');
  }
}

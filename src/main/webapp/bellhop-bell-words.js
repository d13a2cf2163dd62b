/**
 * What `<bellhop-bell>` says: its labels, and the words of a message. Needs no page.
 *
 * @typedef {import('./bellhop-bell.js').BellhopBellMessage} Entry
 * @typedef {keyof typeof WORDS} Label
 * @typedef {{title?: unknown, text?: unknown, url?: unknown}} Description
 */

/** The labels, by the attribute that replaces each. */
export const WORDS = {
  'label': 'Notifications',
  'label-unread': '{n} unread',
  'label-dot': 'Unread',
  'label-new': 'New: {title}',
  'label-mark-read': 'Mark all as read',
  'label-more': 'Show more',
  'label-retry': 'Try again',
  'label-empty': 'Nothing here yet',
  'label-loading': 'Loading…',
  'label-waiting': 'Reconnecting…',
  'label-closed': 'Disconnected. Log in again to get news.',
  'label-error': 'The list could not be loaded.',
};

/**
 * What to show of a message; anything may be in `data`.
 *
 * @param {{msg_type: string, data: any}} message @param {Description} [described] @returns {{title: string, text: string}}
 */
export function wording({ msg_type, data }, described = data) {
  const { title, text } = Object(described);
  const word = (/** @type {unknown} */ value) => (typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '');
  return word(title) ? { title: word(title), text: word(text) } : { title: word(text) || word(data) || msg_type, text: '' };
}

/**
 * A link that is safe to follow, or undefined. Only http and https, so never a script; relative ones are the page's.
 *
 * @param {unknown} url @param {string} base
 */
export function safeUrl(url, base) {
  if (typeof url !== 'string' || !url.trim()) return undefined;
  try {
    const { protocol, href } = new URL(url, base); // the parser also undoes what hides a scheme: case, tabs, newlines
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60]];

/** @param {number} at @param {number} now @param {string} [lang] */
export function ago(at, now, lang) {
  const seconds = Math.min(0, Math.round((at - now) / 1000)); // clocks differ: nothing comes from the future
  const [unit, length] = UNITS.find(([, length]) => -seconds >= length) ?? ['second', 1];
  const count = unit === 'second' ? 0 : Math.trunc(seconds / length); // "now" is exact enough
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' }).format(count, unit);
}

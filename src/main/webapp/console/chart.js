/** One small curve: an SVG that is drawn anew with each point. */

import { el, rate } from './show.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300;
const HEIGHT = 60;

/** The paths of a curve; the newest point is at the right edge. Pure. */
export function paths(points, most) {
  const top = Math.max(1, ...points);
  const step = WIDTH / (most - 1);
  const from = WIDTH - (points.length - 1) * step;
  const at = points.map((value, i) => `${(from + i * step).toFixed(1)} ${(HEIGHT - 2 - (value / top) * (HEIGHT - 6)).toFixed(1)}`);
  if (at.length === 0) return { line: '', area: '' };
  return { line: `M${at.join('L')}`, area: `M${from.toFixed(1)} ${HEIGHT}L${at.join('L')}L${WIDTH} ${HEIGHT}Z` };
}

export class Chart {
  #value = el('span', { class: 'value' }); // why no output element: it would be read out every five seconds
  #line = document.createElementNS(SVG, 'path');
  #area = document.createElementNS(SVG, 'path');

  constructor(name, place) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true'); // the figure beside it says what it is now
    this.#line.setAttribute('class', 'line');
    this.#area.setAttribute('class', 'area');
    svg.append(this.#area, this.#line);
    place.append(el('figure', {}, el('figcaption', {}, name, this.#value), svg));
  }

  draw(points) {
    const { line, area } = paths(points, 120);
    this.#line.setAttribute('d', line);
    this.#area.setAttribute('d', area);
    this.#value.replaceChildren(rate(points.at(-1)), el('small', {}, `peak ${rate(Math.max(0, ...points))}`));
  }
}

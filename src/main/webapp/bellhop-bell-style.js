/** The look of `<bellhop-bell>`. A page changes it with the custom properties `--bellhop-…` of `:host`, and with `::part(…)`. */

const CSS = `
:host {
  --_accent: var(--bellhop-accent, light-dark(#0b62c4, #7db7ff));
  --_surface: var(--bellhop-surface, light-dark(#fff, #1d2127));
  --_text: var(--bellhop-text, light-dark(#1b1f24, #e8eaed));
  --_muted: var(--bellhop-muted, light-dark(#59626d, #a3acb8));
  --_border: var(--bellhop-border, light-dark(#dfe3e8, #353b44));
  --_hover: var(--bellhop-hover, light-dark(#f3f5f8, #272c34));
  --_badge: var(--bellhop-badge, #c9252d);
  --_badge-text: var(--bellhop-badge-text, #fff);
  --_radius: var(--bellhop-radius, 12px);
  display: inline-block;
  position: relative;
  font: 400 14px/1.4 var(--bellhop-font, system-ui, sans-serif);
  text-align: start;
}
:host([hidden]), [hidden] { display: none !important; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
:host([theme=auto]) { color-scheme: light dark; }
* { box-sizing: border-box; }
button { font: inherit; color: inherit; background: none; border: 0; margin: 0; cursor: pointer; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: -2px; }
.hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

#bell {
  position: relative;
  display: grid;
  place-items: center;
  inline-size: var(--bellhop-size, 40px);
  block-size: var(--bellhop-size, 40px);
  padding: 0;
  border-radius: 50%;
}
#bell:hover, #bell[aria-expanded=true] { background: color-mix(in srgb, currentColor 10%, transparent); }
#bell:focus-visible { outline-color: currentColor; }
#bell svg { inline-size: 55%; block-size: 55%; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
#bell[data-state=closed] svg { opacity: .5; }
#badge {
  position: absolute;
  inset-block-start: 1px;
  inset-inline-start: 52%;
  min-inline-size: 18px;
  padding-inline: 5px;
  border-radius: 9px;
  background: var(--_badge);
  color: var(--_badge-text);
  font-size: 11px;
  font-weight: 600;
  line-height: 18px;
  text-align: center;
  font-variant-numeric: tabular-nums;
}

#panel {
  position: absolute;
  z-index: var(--bellhop-z-index, 1000);
  inset-block-start: calc(100% + 8px);
  inset-inline-end: 0;
  inline-size: min(var(--bellhop-width, 360px), calc(100vw - 16px));
  max-block-size: min(var(--bellhop-max-height, 480px), 75vh);
  display: flex;
  flex-direction: column;
  overflow: hidden;
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  background: var(--_surface);
  color: var(--_text);
  box-shadow: var(--bellhop-shadow, 0 12px 32px rgb(0 0 0 / .18), 0 2px 6px rgb(0 0 0 / .1));
}
#panel.start { inset-inline: 0 auto; }
#panel.above { inset-block: auto calc(100% + 8px); }
#panel:focus { outline: none; }
#header { display: flex; align-items: center; gap: 8px; min-block-size: 48px; padding: 8px 16px; border-block-end: 1px solid var(--_border); }
h2 { flex: 1; margin: 0; font-size: 15px; font-weight: 600; }
#mark, #more { padding: 6px 10px; border-radius: calc(var(--_radius) / 2); color: var(--_accent); font-weight: 500; }
#mark { margin-inline-end: -10px; }
#mark:hover, #more:hover { background: var(--_hover); }
#status { margin: 0; padding: 8px 16px; background: var(--_hover); color: var(--_muted); font-size: 13px; }
#scroll { overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; }
#empty { margin: 0; padding: 40px 16px; color: var(--_muted); text-align: center; }
ul { margin: 0; padding: 0; list-style: none; }
li + li { border-block-start: 1px solid var(--_border); }
.item {
  display: grid;
  grid-template-columns: 1fr auto;
  gap: 2px 12px;
  padding: 12px 16px;
  padding-inline-start: 28px;
  position: relative;
  color: inherit;
  text-decoration: none;
}
.item:hover, .item:focus { background: var(--_hover); }
.item .title { font-weight: 500; overflow-wrap: anywhere; }
a.item .title { color: var(--_accent); }
.item.unread .title { font-weight: 650; }
.item .text {
  grid-column: 1 / -1;
  margin: 0;
  color: var(--_muted);
  overflow-wrap: anywhere;
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 4;
  overflow: hidden;
}
.item time { color: var(--_muted); font-size: 12px; line-height: 20px; white-space: nowrap; }
.dot { position: absolute; inset-block-start: 18px; inset-inline-start: 12px; inline-size: 8px; block-size: 8px; border-radius: 50%; background: var(--_accent); forced-color-adjust: none; }
#more { display: block; margin: 8px auto; }

@media (max-width: 480px) {
  #panel, #panel.start, #panel.above { position: fixed; inset-inline: 8px; inline-size: auto; inset-block: auto 8px; }
}
@media (prefers-reduced-motion: no-preference) {
  #panel { animation: appear .14s ease-out; }
  #bell.news svg { animation: ring .7s ease-in-out; transform-origin: 50% 10%; }
  @keyframes appear { from { opacity: 0; translate: 0 -4px; } }
  @keyframes ring { 20% { rotate: 14deg; } 40% { rotate: -11deg; } 60% { rotate: 7deg; } 80% { rotate: -4deg; } }
}
@media (forced-colors: active) {
  .dot { background: Highlight; }
  #badge { border: 1px solid; }
}
`;

/** @type {CSSStyleSheet | undefined} all bells of a page share it */
let sheet;

/** Why a sheet that is adopted, not a style element: a strict content security policy allows it. */
export function styleSheet() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

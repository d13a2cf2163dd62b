import type { Bellhop } from './bellhop.js';

export interface BellhopBellMessage {
  readonly id: string;
  readonly msg_type: string;
  readonly data: any;
  readonly at: number | string;
}

/** `<bellhop-bell>`; its attributes, parts and custom properties are listed at the top of bellhop-bell.js. */
export class BellhopBell extends HTMLElement {
  /** The connection; set it before the element is in the page to use another than `Bellhop.shared()`. */
  hop: Bellhop | undefined;
  /** What to show of a message, if not what its `data` says; null keeps it out of the list. */
  describe?: (message: BellhopBellMessage) => { title?: unknown; text?: unknown; url?: unknown } | null;
  /** Whether the list is shown. */
  readonly open: boolean;
}

declare global {
  interface HTMLElementTagNameMap {
    'bellhop-bell': BellhopBell;
  }
  interface HTMLElementEventMap {
    /** The user chose a message; its link is followed next, unless the event is cancelled. */
    'bellhop-select': CustomEvent<BellhopBellMessage>;
  }
}

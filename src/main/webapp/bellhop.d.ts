/**
 * The page's end of Bellhop.
 *
 * What it promises: kept messages come in order, each once per tab, also over reloads, lost networks and servers that
 * restart, as long as they are in the user's inbox; where that cannot be shown, `login` says `recovered: false`. Messages
 * that are not kept come if this page is connected at that moment. What the page sends is queued while there is no
 * connection, and sent at most once: what was under way when a connection broke may be lost.
 */

export interface Message<T = any> {
  /** On kept messages only. */
  readonly id?: string;
  readonly msg_type: string;
  /** As produced; whole numbers beyond 2^53 lose digits in JavaScript, so send those as strings. */
  readonly data: T;
}

export interface LoginAnswer {
  readonly user_id: string;
  /** The end of the inbox at login. */
  readonly last_id: string;
  /** Where the replay began. */
  readonly from_id?: string;
  readonly unread: number;
  /** False: it cannot be shown that nothing was missed. A page that holds a copy of something should fetch it anew. */
  readonly recovered: boolean;
}

export interface CloseInfo {
  /** The WebSocket's close code; 4401 not logged in (any more), 4403 disconnected by an administrator, 1000 by `close()`. */
  readonly code: number;
  readonly reason: string;
  /** False: it is over, and only a new Bellhop connects again. */
  readonly willReconnect: boolean;
}

/**
 * - `connecting`: until the server has answered the login;
 * - `open`: logged in;
 * - `waiting`: for the next attempt, for the network, or for somebody to look at the page;
 * - `closed`: for good.
 */
export type BellhopState = 'connecting' | 'open' | 'waiting' | 'closed';

/** What Bellhop itself tells; any other type is a message's `msg_type`. */
export interface BellhopEvents {
  /** A connection has opened; the login is under way. */
  open: undefined;
  /** An open connection is gone, or it is over for good. */
  close: CloseInfo;
  /**
   * The server has answered the login; missed messages follow. It may come again while the state stays `open`: after a gap, after
   * the server has had the login checked, and, with `recovered` false, when Redis has lost its data while the page was open.
   */
  login: LoginAnswer;
  /** How many kept messages the user has not read. */
  unread: number;
  state: BellhopState;
  /** Another page of the user has read everything up to `id`. */
  read: { readonly id: string; readonly unread: number };
  /**
   * The server has refused something that this page sent, e.g. `rate_limited`. By this module itself: `unavailable` (it did not
   * reach the server) and `other_user` (somebody else has logged in; what the user before left is not sent in their name).
   */
  error: { readonly code: string; readonly message: string };
}

export interface BellhopOptions {
  /**
   * The URL of Bellhop's folder, absolute or relative to the page; the folder of this module if omitted. On another host,
   * port or scheme than the page's, Bellhop must list the page's origin in its setting `bellhop.origins`.
   */
  base?: string;
  /**
   * False: this page has a connection of its own. Else (the default) all tabs of the browser that use the same Bellhop have one,
   * held by a shared worker; each tab is told what it would be told on its own. Where there can be no shared worker (the browser
   * has none, Bellhop's folder is of another origin, the page's content security policy forbids it, or the page has replaced
   * `WebSocket`), each page has its own connection all the same.
   */
  shared?: boolean;
  /**
   * How to reach Bellhop: by a WebSocket, by server-sent events, or (the default) by either: the WebSocket first, and server-sent
   * events where it does not get through within two seconds. That is remembered in this tab for five minutes; then the
   * WebSocket is tried again.
   */
  transports?: readonly ('websocket' | 'sse')[];
}

export class Bellhop {
  /** One for the whole page, made at the first call (or again after the last was closed); other calls' options are ignored. */
  static shared(options?: BellhopOptions): Bellhop;

  /** Connects at once. */
  constructor(options?: BellhopOptions);

  /** The URL of Bellhop's folder, with a slash at its end. */
  readonly base: string;
  readonly state: BellhopState;
  /** How many kept messages the user has not read; 0 before the first login. */
  readonly unread: number;
  /** Who is logged in; undefined before the first login. */
  readonly user: string | undefined;

  /**
   * Calls the handler with each message of this `msg_type`; `*` is every message. A handler that throws stops no other.
   *
   * @returns a function that unsubscribes
   */
  on<K extends keyof BellhopEvents>(type: K, handler: (data: BellhopEvents[K]) => void): () => void;
  on<T = any>(type: string, handler: (data: T, message: Message<T>) => void): () => void;

  off(type: string, handler: (...args: any[]) => void): void;

  /**
   * Sends to the application, at most 15 frames a second; what is more waits, and so does all of it without a connection.
   *
   * @returns false if it was not taken: 100 frames wait already, or it is over for good
   */
  send(msg_type: string, data?: unknown): boolean;

  /**
   * The user has read everything up to this message.
   *
   * @returns as `send`
   */
  read(id: string): boolean;

  /** Ends it for good. */
  close(): void;
}

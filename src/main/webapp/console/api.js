/** The HTTP API, as the logged-in operator. */

const BASE = new URL('../api/', import.meta.url); // why: right behind any path prefix

/** A call was refused; the message is for people. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Calls, and returns the answer's JSON, or undefined if it has none. */
export async function call(method, path, body) {
  const init = { method, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(15_000) };
  if (body !== undefined) {
    init.headers = { 'Content-Type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(new URL(path, BASE), init);
  } catch {
    throw new Refused(0, 'The server does not answer.');
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Refused(response.status, problem.detail ?? `HTTP ${response.status}`);
  }
  return response.status === 204 ? undefined : response.json();
}

export const user = (id) => `users/${encodeURIComponent(id)}`;

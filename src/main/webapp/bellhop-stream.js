/**
 * The lines of a response as they come. Why not `for await` over the body: Safari cannot.
 *
 * @param {ReadableStream<Uint8Array>} body @param {() => void} heard called with whatever comes
 */
export async function* lines(body, heard) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (let rest = ''; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const all = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = all.pop() ?? '';
    yield* all;
  }
}

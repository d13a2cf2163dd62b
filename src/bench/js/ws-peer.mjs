// Node's `ws`, with a set of sockets for each user: what is published on the channel goes to the user's.
import net from 'node:net';
import { createRequire } from 'node:module';
import { WebSocketServer } from 'ws';

const [port, redisPort] = process.argv.slice(2).map(Number);
const users = new Map();

const server = new WebSocketServer({ host: 'localhost', port, perMessageDeflate: false, clientTracking: false });
server.on('connection', (socket, request) => {
  const user = new URL(request.url, 'http://localhost').searchParams.get('user');
  const sockets = users.get(user) ?? new Set();
  users.set(user, sockets.add(socket));
  socket.on('close', () => sockets.delete(socket));
});

function deliver(text) {
  const { to_user_id, msg_type, data } = JSON.parse(text);
  const frame = JSON.stringify({ msg_type, data });
  for (const socket of users.get(to_user_id) ?? []) {
    socket.send(frame);
  }
}

// as much of Redis's protocol as a subscriber hears: arrays of three, of strings and a number
let rest = Buffer.alloc(0);
function hear(bytes) {
  rest = rest.length ? Buffer.concat([rest, bytes]) : bytes;
  let at = 0;
  const line = () => {
    const end = rest.indexOf('\r\n', at);
    if (end < 0) return null;
    const text = rest.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  for (;;) {
    const begin = at;
    const parts = [];
    let head = line();
    for (let i = 0; head !== null && i < Number(head.slice(1)); i++) {
      const size = line();
      if (size === null) { head = null; break; }
      if (size[0] === ':') { parts.push(size); continue; }
      const length = Number(size.slice(1));
      if (rest.length < at + length + 2) { head = null; break; }
      parts.push(rest.toString('utf8', at, at + length));
      at += length + 2;
    }
    if (head === null) { rest = rest.subarray(begin); return; }
    if (parts[0] === 'message') deliver(parts[2]);
  }
}

const redis = net.connect(redisPort, 'localhost', () => redis.write('SUBSCRIBE websocket:producer:channel\r\n'));
redis.on('data', hear);
server.on('listening', async () => {
  const { version } = createRequire(import.meta.url)('ws/package.json');
  console.log(`ws ${version}, Node.js ${process.version}`);
});

// What a page written in TypeScript sees; only compiled, see module.test.mjs.
import { Bellhop, type Message } from '../../main/webapp/bellhop.js';

const hop: Bellhop = new Bellhop({ base: '/bellhop/' });
const stop: () => void = hop.on('notice', (data: { title: string }, message) => message.id?.length);
hop.on('*', (_data, message: Message) => message.msg_type);
hop.on('close', ({ code, willReconnect }) => code > 4000 && !willReconnect);
hop.on('login', (answer) => answer.recovered || location.reload());
hop.on('unread', (count) => count.toFixed());
hop.on('state', (state) => state === 'closed');
// @ts-expect-error
hop.on('state', (state) => state === 'gone');
// @ts-expect-error
hop.state = 'open';
const taken: boolean = hop.send('chat', { taken: true }) && hop.read('1-1');
hop.off('notice', stop);
Bellhop.shared().close();
export { taken };

// A page as a front-end developer writes it: typed, and built by a bundler. See BundledPageBrowserIT.
import { Bellhop, type LoginAnswer, type Message } from '@bellhop/browser';
import '@bellhop/browser/bell';

interface Notice {
  readonly text: string;
}

const hop = Bellhop.shared({ base: '/bellhop/' });
const list = document.querySelector('ul')!;

hop.on('login', ({ user_id }: LoginAnswer) => {
  document.querySelector('h1')!.textContent = user_id;
});
hop.on('notice', ({ text }: Notice, message: Message<Notice>) => {
  const item = document.createElement('li');
  item.textContent = text;
  item.dataset.id = message.id ?? '';
  list.append(item);
});

const bell: HTMLElementTagNameMap['bellhop-bell'] = document.createElement('bellhop-bell');
bell.hop = hop;
document.body.prepend(bell);

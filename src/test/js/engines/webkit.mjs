/** WebKit (WebKitGTK, the engine of Safari) over WebDriver: needs webkit2gtk-driver, a display, and selenium-webdriver. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';

const require = createRequire(new URL('../../../../target/js/', import.meta.url));

/** Where Debian and its like put the small browser that comes with the engine. */
function miniBrowser() {
  for (const lib of readdirSync('/usr/lib')) {
    for (const version of ['4.1', '4.0', '6.0']) {
      const place = `/usr/lib/${lib}/webkit2gtk-${version}/MiniBrowser`;
      if (existsSync(place)) return place;
    }
  }
  throw new Error('MiniBrowser is not there: see .ci/run');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Its own display, unless there is one. */
async function display() {
  if (process.env.DISPLAY) return { name: process.env.DISPLAY, end() {} };
  // the server picks a free number, and tells it
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [data] = await Promise.race([once(server.stdout, 'data'), once(server, 'error').then(([e]) => Promise.reject(e))]);
  return { name: ':' + String(data).trim(), end: () => server.kill() };
}

export async function start() {
  const binary = miniBrowser();
  const { Builder, Capabilities } = require('selenium-webdriver');
  const screen = await display();
  const port = await freePort();
  const server = spawn('WebKitWebDriver', ['--host=127.0.0.1', '--port=' + port], {
    env: { ...process.env, DISPLAY: screen.name, GDK_BACKEND: 'x11', WEBKIT_DISABLE_COMPOSITING_MODE: '1', LIBGL_ALWAYS_SOFTWARE: '1' },
    stdio: 'ignore',
  });
  const capabilities = new Capabilities({ browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary, args: ['--automation'] } });
  for (let i = 0; ; i++) {
    const there = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
    if (there?.ok) break;
    if (i > 100) throw new Error('WebKitWebDriver does not answer');
    await new Promise((done) => setTimeout(done, 100));
  }
  const driver = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build();
  await driver.manage().setTimeouts({ script: 30_000, pageLoad: 60_000 });
  let fresh = true;
  // one window at a time is spoken to: what is done waits for what was done before
  let last = Promise.resolve();
  const inTurn = (what) => (last = last.catch(() => {}).then(what));
  return {
    version: 'WebKitGTK ' + (await driver.getCapabilities()).getBrowserVersion(),
    tab: () => inTurn(async () => {
      if (!fresh) {
        await driver.switchTo().window((await driver.getAllWindowHandles())[0]);
        await driver.switchTo().newWindow('tab');
      }
      fresh = false;
      const handle = await driver.getWindowHandle();
      const here = (what) => inTurn(async () => {
        await driver.switchTo().window(handle);
        return what();
      });
      return {
        goto: (url) => here(() => driver.get(url)),
        reload: () => here(() => driver.navigate().refresh()),
        fill: (selector, text) => here(() => driver.executeScript('document.querySelector(arguments[0]).value = arguments[1]', selector, text)),
        click: (selector) => here(() => driver.executeScript('document.querySelector(arguments[0]).click()', selector)),
        run: (script, ...args) => here(() => driver.executeAsyncScript(`
          const [args, done] = arguments;
          Promise.resolve((${script})(...args)).then((value) => done({ value }), (e) => done({ error: String(e) }));`, args))
          .then(({ value, error }) => (error ? Promise.reject(new Error(error)) : value)),
        close: () => here(() => driver.close()),
      };
    }),
    async close() {
      await driver.quit().catch(() => {});
      server.kill();
      screen.end();
    },
  };
}

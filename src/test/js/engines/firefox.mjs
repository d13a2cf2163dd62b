/** Firefox over WebDriver BiDi: needs Firefox on the machine and puppeteer-core, but no driver beside them. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../../target/js/', import.meta.url));

const places = [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

export async function start() {
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('Firefox is not there: see .ci/run');
  const puppeteer = require('puppeteer-core');
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  return {
    version: await browser.version(),
    async tab() {
      const page = await browser.newPage();
      return {
        goto: (url) => page.goto(url, { waitUntil: 'load' }),
        reload: () => page.reload({ waitUntil: 'load' }),
        fill: (selector, text) => page.$eval(selector, (field, value) => (field.value = value), text),
        click: (selector) => page.$eval(selector, (button) => button.click()),
        run: (script, ...args) => page.evaluate(new Function('args', `return (${script})(...args)`), args),
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}

/** The browser modules as files: their size, and their types. See bellhop.test.mjs. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const webapp = root + 'src/main/webapp/';
const modules = readdirSync(webapp).filter((name) => name.endsWith('.js'));

/** A module and all that it needs. */
function withNeeds(name, all = new Set()) {
  all.add(name);
  for (const [, from] of readFileSync(webapp + name, 'utf8').matchAll(/^(?:import|export) (?:.*from )?'\.\/(.*)'/gm)) {
    if (!all.has(from)) withNeeds(from, all);
  }
  return [...all];
}

// comments and types included: nothing is built. What a page is sent once, and then has in its cache
test('bellhop.js with all that it needs is at most 19 KB over the wire', () => {
  const sizes = withNeeds('bellhop.js').map((name) => [name, gzipSync(readFileSync(webapp + name), { level: 9 }).length]);
  assert.ok(sizes.length > 5);
  const sum = sizes.reduce((all, [, size]) => all + size, 0);
  assert.ok(sum <= 19_456, `${sum} bytes: ${sizes.map((size) => size.join(' ')).join(', ')}`);
});

test('a browser learns from bellhop.js itself what else it needs', () => {
  const direct = [...readFileSync(webapp + 'bellhop.js', 'utf8').matchAll(/^import (?:.*from )?'\.\/(.*)'/gm)].map(([, name]) => name);
  assert.deepEqual(new Set(['bellhop.js', ...direct]), new Set(withNeeds('bellhop.js')));
});

test('each module can be read at one go', () => {
  for (const name of modules) {
    const lines = readFileSync(webapp + name, 'utf8').split('\n').length;
    assert.ok(lines <= 300, `${name}: ${lines} lines`);
  }
});

test('the modules need nothing but each other', () => {
  for (const name of modules) {
    for (const [, from] of readFileSync(webapp + name, 'utf8').matchAll(/^(?:import|export) (?:.*from )?'(.*)'/gm)) {
      assert.ok(from.startsWith('./') && modules.includes(from.slice(2)), `${name} needs ${from}`);
    }
  }
});

test('no module makes code or HTML of a text', () => {
  const sources = ['', 'console/'].flatMap((folder) => readdirSync(webapp + folder).filter((name) => /\.(js|html)$/.test(name)).map((name) => webapp + folder + name));
  assert.ok(sources.length > 10, `${sources}`);
  for (const file of sources) {
    assert.doesNotMatch(readFileSync(file, 'utf8'),
      /\beval\b|\bFunction\(|innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|createContextualFragment|srcdoc|set(Timeout|Interval)\(\s*['"`]|\son\w+="/, file);
  }
});

// npm install --prefix target/js --no-save --no-package-lock typescript
const local = root + 'target/js/node_modules/.bin/tsc';
const tsc = existsSync(local) ? local : spawnSync('tsc', ['--version']).status === 0 ? 'tsc' : undefined;

// why not skipped in CI: there nobody would see it
test('types hold', { skip: !tsc && !process.env.CI && 'no TypeScript compiler: see .ci/run' }, () => {
  assert.ok(tsc, 'no TypeScript compiler: see .ci/run');
  const options = '--noEmit --allowJs --checkJs --strict --target es2022 --module esnext --moduleResolution bundler --lib es2023,dom,dom.iterable';
  const files = [...modules, 'bellhop.d.ts', 'bellhop-bell.d.ts'].map((name) => webapp + name);
  try {
    execFileSync(tsc, [...options.split(' '), ...files, root + 'src/test/js/types.ts'], { cwd: root, encoding: 'utf8' });
  } catch (e) {
    assert.fail(e.stdout);
  }
});

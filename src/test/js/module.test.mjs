/** The browser modules as files: their size, and their types. See bellhop.test.mjs. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const webapp = root + 'src/main/webapp/';

test('bellhop.js is at most 5 KB over the wire', () => {
  const size = gzipSync(readFileSync(webapp + 'bellhop.js'), { level: 9 }).length;
  assert.ok(size <= 5120, `${size} bytes`);
});

test('the modules need nothing but each other', () => {
  for (const name of ['bellhop.js', 'bellhop-bell.js']) {
    for (const [, from] of readFileSync(webapp + name, 'utf8').matchAll(/^(?:import|export) .*from '(.*)'/gm)) {
      assert.match(from, /^\.\/bellhop(-bell)?\.js$/);
    }
  }
});

// npm install --prefix target/js --no-save --no-package-lock typescript
const local = root + 'target/js/node_modules/.bin/tsc';
const tsc = existsSync(local) ? local : spawnSync('tsc', ['--version']).status === 0 ? 'tsc' : undefined;

// why not skipped in CI: there nobody would see it
test('types hold', { skip: !tsc && !process.env.CI && 'no TypeScript compiler: see .ci/run' }, () => {
  assert.ok(tsc, 'no TypeScript compiler: see .ci/run');
  const options = '--noEmit --allowJs --checkJs --strict --target es2022 --module esnext --moduleResolution bundler --lib es2023,dom,dom.iterable';
  const files = ['bellhop.js', 'bellhop.d.ts', 'bellhop-bell.js'].map((name) => webapp + name);
  try {
    execFileSync(tsc, [...options.split(' '), ...files, root + 'src/test/js/types.ts'], { cwd: root, encoding: 'utf8' });
  } catch (e) {
    assert.fail(e.stdout);
  }
});

// Unpacks the Chromium of the npm package and the libraries a bare machine lacks into TMPDIR, and
// prints where they are.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import chromium from '@sparticuz/chromium';

const folder = process.env.TMPDIR;
const browser = await chromium.executablePath();
const libraries = join(folder, 'libraries');
if (!existsSync(libraries)) {
  const packed = readFileSync('node_modules/@sparticuz/chromium/bin/al2023.tar.br');
  const tar = join(folder, 'libraries.tar');
  writeFileSync(tar, brotliDecompressSync(packed));
  mkdirSync(libraries);
  execFileSync('tar', ['-xf', tar, '-C', libraries]);
}
console.log(JSON.stringify({ browser, libraries: join(libraries, 'lib') }));

/**
 * What a disk lets one process do that does nothing else: `node flusher.js FOLDER PORT` writes files of 1 KiB, flushes each, renames
 * it and flushes the folder, two at a time, for as many seconds as a message says, and answers how many there were in one. To be
 * taken for a server, it also says 201 to whoever asks.
 */
import { mkdirSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [, , folder = '', port = ''] = process.argv;
const target = join(folder, 'up');
const content = Buffer.alloc(1024, 'The quick brown fox jumps over the lazy dog.\n');
let count = 0;

async function one(held: FileHandle): Promise<void> {
  const name = join(target, String(count++));
  const file = await open(`${name}.tmp`, 'wx');
  await file.write(content);
  await file.sync();
  await file.close();
  await rename(`${name}.tmp`, name);
  await held.sync();
}

/** How many files a second. */
async function flush(seconds: number): Promise<number> {
  mkdirSync(target, { recursive: true });
  const held = await open(target, 'r');
  const [first, began] = [count, performance.now()];
  const flushing = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1000) await one(held);
  };
  await Promise.all([flushing(), flushing()]);
  await held.close();
  return (count - first) / ((performance.now() - began) / 1000);
}

process.on('message', (seconds) => void flush(Number(seconds)).then((rate) => process.send?.(rate)));
createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(201).end());
}).listen(Number(port), '127.0.0.1');

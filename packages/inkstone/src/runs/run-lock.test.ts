import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../system/index.js';
import { RunLock } from './run-lock.js';

let folder: string;
let said: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-lock-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const patience = { beat: 20, silence: 200 };
const take = () => RunLock.take(folder, (line) => said.push(line), patience);
const leave = (text: string, number = 1) => writeFileSync(join(folder, `.running-${number}.json`), text);
const self = thisProcess();

describe('RunLock', () => {
  it('is held by one at a time, and leaves nothing behind', async () => {
    const lock = await take();
    await expect(take()).rejects.toThrow(new RegExp(`is in use by process ${process.pid}; wait for it`));
    lock.release();
    (await take()).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is got by one of many who reach for it at once, whatever was left there', async () => {
    for (const left of [null, '', JSON.stringify({ ...self, started: '1' })]) {
      if (left !== null) leave(left, 3);
      const results = await Promise.allSettled(Array.from({ length: 8 }, take));
      const held = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(held).toHaveLength(1);
      expect(readdirSync(folder)).toHaveLength(1);
      held[0]?.release();
    }
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"pid":'],
    ['another thing', '[]'],
    ['a number that means many processes', JSON.stringify({ ...self, pid: 0 })],
    ['a number that means all of them', JSON.stringify({ ...self, pid: -1 })],
    ['a process that is gone', JSON.stringify({ ...self, pid: 2 ** 22 + 1 })],
    ['a number that was given again', JSON.stringify({ ...self, pid: process.ppid, started: '1' })],
  ])('does not lock when the file says %s', async (_, text) => {
    leave(text);
    (await take()).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not lock after a restart of the machine', async () => {
    leave(JSON.stringify({ ...self, boot: 'another' }));
    utimesSync(join(folder, '.running-1.json'), 1, 1);
    (await take()).release();
    expect(said).toEqual([]);
  });

  it('is watched when its holder may be on another machine of the same name', async () => {
    const lock = await take();
    const [name] = readdirSync(folder) as [string];
    leave(JSON.stringify({ ...self, boot: 'another' }), Number(/\d+/.exec(name)?.[0]));
    await expect(take()).rejects.toThrow(/is in use by process \d+/);
    lock.release();
  });

  it('is watched when its holder is on another machine: silent, it is gone', async () => {
    leave(JSON.stringify({ ...self, host: 'elsewhere', boot: 'another' }));
    (await take()).release();
    expect(said[0]).toMatch(
      /was in use by process \d+ on elsewhere; waiting 0.2 s to see whether it still is/,
    );
  });

  it('is watched when its holder is on another machine: beating, it is in use', async () => {
    const lock = await take();
    const [name] = readdirSync(folder) as [string];
    leave(JSON.stringify({ ...self, host: 'elsewhere', boot: 'another' }), Number(/\d+/.exec(name)?.[0]));
    await expect(take()).rejects.toThrow(/is in use by process \d+ on elsewhere/);
    lock.release();
  });

  it('is lost with its folder, and is not taken for that of a run which stands there now', async () => {
    const lock = await take();
    expect(lock.isHeld).toBe(true);
    const [name] = readdirSync(folder) as [string];
    rmSync(join(folder, name));
    expect(lock.isHeld).toBe(false);
    const other = await take();
    expect([lock.isHeld, other.isHeld]).toEqual([false, true]);
    lock.release();
    expect(readdirSync(folder)).toEqual([name]);
    other.release();
  });

  it('leaves what is not its own', async () => {
    const files = ['.running.md', '.running-x.json', 'running-1.json'];
    for (const name of files) writeFileSync(join(folder, name), '');
    (await take()).release();
    expect(readdirSync(folder).sort()).toEqual([...files].sort());
  });
});

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAlive, thisProcess } from './process-identity.js';

const self = thisProcess();
const parent = { ...self, pid: process.ppid, started: null };

describe('isAlive', () => {
  it('knows this process', () => {
    expect(isAlive(self)).toBe(true);
  });

  it.runIf(existsSync('/proc/self/stat'))('is not taken in by a number that was given again', () => {
    expect(isAlive({ ...self, started: '1' })).toBe(false);
  });

  it('knows that nothing outlives a restart of its machine', () => {
    expect(isAlive({ ...self, boot: 'another' })).toBe(false);
  });

  it('cannot tell of another machine, nor of another container on this one', () => {
    expect(isAlive({ ...self, host: 'elsewhere', boot: 'another' })).toBeUndefined();
    expect(isAlive({ ...self, host: 'elsewhere', namespace: 'pid:[1]' })).toBeUndefined();
  });

  it('asks the system for the number where there is no /proc', () => {
    const bare = { boot: null, namespace: null, started: null };
    expect(isAlive({ ...parent, ...bare }, { ...self, ...bare })).toBe(true);
    expect(isAlive({ ...parent, ...bare, pid: 2 ** 30 }, { ...self, ...bare })).toBe(false);
  });

  it('counts a process that was killed as gone', async () => {
    const child = spawn('sleep', ['60']);
    const identity = { ...self, pid: child.pid as number };
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
    expect(isAlive(identity)).toBe(false);
  });
});

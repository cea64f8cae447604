import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { uptime } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
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
    const restart = Date.now() - 1000 * uptime();
    expect(isAlive({ ...self, boot: 'another' }, restart - 1000)).toBe(false);
    // Another machine has the same name.
    expect(isAlive({ ...self, boot: 'another' }, restart + 1000)).toBeUndefined();
  });

  it('cannot tell of another machine, nor of another container on this one', () => {
    expect(isAlive({ ...self, host: 'elsewhere', boot: 'another' })).toBeUndefined();
    expect(isAlive({ ...self, host: 'elsewhere', namespace: 'pid:[1]' })).toBeUndefined();
  });

  it('asks the system for the number where there is no /proc', () => {
    const bare = { boot: null, namespace: null, started: null };
    expect(isAlive({ ...parent, ...bare }, 0, { ...self, ...bare })).toBe(true);
    expect(isAlive({ ...parent, ...bare, pid: 2 ** 30 }, 0, { ...self, ...bare })).toBe(false);
  });

  it('cannot tell of a process that the system hides', () => {
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(), { code: 'EPERM' });
    });
    // No process has that number, so that none is seen.
    expect(isAlive({ ...self, pid: 2 ** 30 })).toBe(existsSync('/proc/self/stat') ? undefined : true);
    kill.mockRestore();
    expect(isAlive({ ...self, pid: 2 ** 30 })).toBe(false);
  });

  it('counts a process that was killed as gone', async () => {
    const child = spawn('sleep', ['60']);
    const identity = { ...self, pid: child.pid as number };
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
    expect(isAlive(identity)).toBe(false);
  });
});

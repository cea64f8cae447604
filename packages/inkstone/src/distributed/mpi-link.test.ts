import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { compiledProgram } from '../system/index.js';
import { MPI_ADDON } from './mpi-addon.js';

vi.setConfig({ testTimeout: 180_000 });

const hasMpi = existsSync(MPI_ADDON) && spawnSync('mpirun', ['--version']).status === 0;

const MPIRUN = ['--allow-run-as-root', '--oversubscribe', '-np', '2', process.execPath];

/** Runs `body` on two ranks that share a `group`. */
function onTwoRanks(body: string, timeout = 60) {
  const room = compiledProgram('./index.js', import.meta.url);
  const program = `
    import { joinGroup } from ${JSON.stringify(room)};
    const group = await joinGroup({ backend: 'auto', timeout: ${timeout} });
    const say = (text) => console.log('rank ' + group.rank + ': ' + text);
    try {
      ${body}
      await group.close();
    } catch (error) {
      say(error.message);
      process.exitCode = 1;
      await group.abort(error);
    }`;
  const { stdout, status } = spawnSync('mpirun', [...MPIRUN, '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  return { lines: stdout.trim().split('\n').sort(), status };
}

describe.skipIf(!hasMpi)('ranks joined by MPI', () => {
  it('exchange messages, short ones and long ones', () => {
    const { lines, status } = onTwoRanks(`
      for (const length of [0, 1, 1_000_003]) {
        const got = await group.exchange((to) => new Uint8Array(length).fill(10 * group.rank + to));
        say(got.map((part) => part.length + ' of ' + part.at(-1)).join(', '));
      }`);
    expect(status).toBe(0);
    expect(lines).toEqual([
      'rank 0: 0 of undefined, 0 of undefined',
      'rank 0: 1 of 0, 1 of 10',
      'rank 0: 1000003 of 0, 1000003 of 10',
      'rank 1: 0 of undefined, 0 of undefined',
      'rank 1: 1 of 1, 1 of 11',
      'rank 1: 1000003 of 1, 1000003 of 11',
    ]);
  });

  it('end when one of them hangs, and say which', () => {
    const { lines, status } = onTwoRanks(
      `if (group.rank === 1) while (true) {}
       await group.exchange(() => 1);`,
      1,
    );
    expect(status).not.toBe(0);
    expect(lines[0]).toMatch(/^rank 0: rank 1 has not answered for 1 s/);
  });

  it('end when one of them gives up, with its reason', () => {
    const { lines, status } = onTwoRanks(`
      if (group.rank === 1) throw new Error('the disk is full');
      await group.exchange(() => 1);`);
    expect(status).not.toBe(0);
    expect(lines).toContain('rank 1: the disk is full');
  });
});

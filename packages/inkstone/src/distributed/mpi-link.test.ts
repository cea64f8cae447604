import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { compiledProgram } from '../system/index.js';
import { MPI_ADDON, type MpiAddon } from './mpi-addon.js';
import { MpiLink } from './mpi-link.js';
import { RankError } from './rank-error.js';

vi.setConfig({ testTimeout: 180_000 });

const hasMpi = existsSync(MPI_ADDON) && spawnSync('mpirun', ['--version']).status === 0;

const MPIRUN = ['--allow-run-as-root', '--oversubscribe', '-np', '2', process.execPath];

/** Runs `body` on two ranks that share a `group`; `first` before they meet. */
function onTwoRanks(body: string, timeout = 60, first = '') {
  const room = compiledProgram('./index.js', import.meta.url);
  const program = `
    import { joinGroup } from ${JSON.stringify(room)};
    ${first}
    const group = await joinGroup({ backend: 'auto', timeout: ${timeout} }).catch(({ message }) => {
      console.log(message);
      process.exit(1);
    });
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
    timeout: 120_000,
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

  it('end when one of them hangs before it joins', () => {
    const hang = `if (process.env.OMPI_COMM_WORLD_RANK === '1') while (true) {}`;
    const { lines, status } = onTwoRanks('', 2, hang);
    expect(status).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^the ranks did not all come within 2 s: /)]);
  });

  it('go on to their own end when one of them hangs at its end', () => {
    const { lines, status } = onTwoRanks(
      `if (group.rank === 1) {
         await group.exchange(() => null);
         while (true) {}
       }
       await group.close();
       say('goes on');
       process.exit(7);`,
      2,
    );
    expect(lines).toEqual(['rank 0: goes on']);
    expect(status).toBe(7);
  });
});

describe('a rank that waits for MPI', () => {
  /** An MPI whose other ranks never come, or never end. */
  const silent = (place?: { rank: number; size: number }): MpiAddon => ({
    init: () => {},
    joined: () => place,
    send: () => 1,
    probe: () => undefined,
    receive: () => 1,
    test: () => false,
    finalize: () => {},
    finalized: () => false,
    leave: () => {},
    abort: () => {},
  });

  it('gives up when the others do not come', async () => {
    await expect(MpiLink.join(silent(), 0.05)).rejects.toThrow(RankError);
  });

  it('is done when they do not end', async () => {
    const link = await MpiLink.join(silent({ rank: 0, size: 2 }), 0.05);
    await link.close(true);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledProgram } from './compiled.js';
import { WorkerPool } from './worker-pool.js';

describe('WorkerPool', () => {
  let folder = '';
  let program = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inkstone-pool-'));
    program = join(folder, 'program.mjs');
    const answerTasks = pathToFileURL(compiledProgram('./worker-pool.js', import.meta.url));
    writeFileSync(
      program,
      `import { threadId, workerData } from 'node:worker_threads';
       import { answerTasks } from '${answerTasks}';
       answerTasks(async (task) => {
         if (task === 'throw') throw new RangeError('too much');
         if (task === 'die') process.exit(9);
         if (task === 'sleep') await new Promise((wake) => setTimeout(wake, 60_000));
         return { doubled: workerData.factor * task, threadId };
       });`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const open = (count: number) =>
    new WorkerPool<unknown, { doubled: number; threadId: number }>(count, program, {
      name: 'test',
      workerData: { factor: 2 },
      died: (worker, how, task) => new Error(`thread ${worker} ended (${how}) at ${task}`),
    });

  it('gives every task to a free thread and its result to whoever asked', async () => {
    const pool = open(2);
    const results = await Promise.all([1, 2, 3, 4, 5].map((task) => pool.run(task)));
    expect(results.map(({ doubled }) => doubled)).toEqual([2, 4, 6, 8, 10]);
    expect(new Set(results.map(({ threadId }) => threadId)).size).toBe(2);
    await pool.close();
  });

  it('rejects with what the thread threw, and goes on', async () => {
    const pool = open(1);
    await expect(pool.run('throw')).rejects.toThrow(new RangeError('too much'));
    await expect(pool.run(21)).resolves.toMatchObject({ doubled: 42 });
    await pool.close();
  });

  it('fails everything that waits or comes later when a thread dies, with one error', async () => {
    const pool = open(1);
    const results = await Promise.allSettled([pool.run('die'), pool.run(1), pool.run(2)]);
    const reason = new Error('thread 0 ended (exit code 9) at die');
    expect(results).toEqual(Array(3).fill({ status: 'rejected', reason }));
    await expect(pool.run(3)).rejects.toThrow(reason);
    await pool.close();
  });

  it('fails what is not done when it is closed', async () => {
    const pool = open(1);
    const results = Promise.allSettled([pool.run('sleep'), pool.run(1)]);
    await setTimeout(100);
    await pool.close();
    const reason = expect.objectContaining({ message: 'test: the threads were ended' });
    expect(await results).toEqual(Array(2).fill({ status: 'rejected', reason }));
  });
});

/** Ranks are killed, stopped, or out of disk at any moment: all end in a line, and the run goes on to the same bits. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf, expectTrained, folderOfRuns, resultOf, startRanks, train } from '../rank-runs.js';
import { rounds, TIMEOUT_MS } from './rounds.js';

const FAULTS = rounds(20, 1);
/** Whole runs are started, maybe on a machine that is busy. */
const PATIENCE_MS = Math.max(TIMEOUT_MS, 400_000);
const SETTINGS = ['trainer.max_epochs=3', 'callbacks.checkpoint.every_n_steps=1', 'distributed.timeout=20'];

let folder: string;
/** How long an undisturbed run takes. */
let milliseconds: number;

beforeAll(async () => {
  folder = await folderOfRuns();
  const begin = performance.now();
  await expectTrained(folder, train('undisturbed', ...SETTINGS), 2);
  milliseconds = performance.now() - begin;
}, PATIENCE_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(Math.random() * choices.length)]!;

/** As a user would: goes on where there is something to go on from, begins again where there is not. */
const goOn = (name: string) =>
  existsSync(join(folder, 'runs', name, 'checkpoints/last.json'))
    ? ['resume', `runs/${name}`]
    : [...train(name, ...SETTINGS), '--overwrite'];

describe('ranks that train a run', () => {
  it(
    `end in a line each when one of them is lost, at ${FAULTS} moments, and others end with the same bits`,
    async () => {
      for (let fault = 0; fault < FAULTS; fault += 1) {
        const name = `fault${fault}`;
        const count = oneOf([2, 4]);
        const lost = Math.floor(Math.random() * count);
        const signal = oneOf(['SIGKILL', 'SIGSTOP'] as const);
        const moment = Math.random() * milliseconds;
        const how = `${signal} of rank ${lost} of ${count} after ${moment} ms`;
        const ranks = startRanks(folder, count, train(name, ...SETTINGS));
        await setTimeout(moment);
        ranks[lost]!.child.kill(signal);
        const others = await endOf(ranks.filter((_, rank) => rank !== lost));
        ranks[lost]!.child.kill('SIGKILL');
        await ranks[lost]!.ended;
        // It may have come too late.
        for (const { status, stderr } of others) {
          expect(status === 0 ? '' : stderr, how).toMatch(
            status === 0
              ? /^$/
              : new RegExp(`^error: rank ${lost} (is gone|has not answered|did not come).*\\n$`),
          );
        }
        const finished = existsSync(join(folder, 'runs', name, 'summary.json'));
        if (!finished) await expectTrained(folder, goOn(name), oneOf([1, 2, 4]));
        expect(resultOf(folder, name), how).toEqual(resultOf(folder, 'undisturbed'));
        rmSync(join(folder, 'runs', name), { recursive: true });
      }
    },
    PATIENCE_MS,
  );
});

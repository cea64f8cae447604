/**
 * One training run in a process of its own, so that its peak memory is that of nothing else. Started by `executeRun`,
 * which sends the configuration and gets back how it ended.
 */
import { LossScaleError } from '../../amp/index.js';
import { type RunConfig, train } from '../../runs/index.js';
import { InkstoneError, outliveReaders } from '../../system/index.js';
import { backend } from '../../tensor/index.js';
import { Terminal } from '../../tracking/index.js';
import { NonFiniteLossError } from '../../training/index.js';
import type { FromChild, ToChild } from './messages.js';

const INTERRUPTED = 130;
const controller = new AbortController();
outliveReaders(process.stdout, process.stderr);

process.on('message', async (message: ToChild) => {
  if (message.kind === 'interrupt') controller.abort();
  else answer(await run(message.config));
});
// Ctrl-C reaches every process in the terminal; the parent alone decides what it means.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(INTERRUPTED));

async function run(config: RunConfig): Promise<FromChild> {
  let folder = '';
  const onFolder = (path: string) => {
    folder = path;
  };
  try {
    const { outcome } = await train(config, {
      terminal: new Terminal(),
      signal: controller.signal,
      onFolder,
    });
    return { kind: 'ended', outcome, backend: backend().name, folder };
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    if (error instanceof NonFiniteLossError || error instanceof LossScaleError) {
      return { kind: 'diverged', message, backend: backend().name, folder };
    }
    return { kind: 'failed', message, exitCode: error instanceof InkstoneError ? error.exitCode : 1 };
  }
}

function answer(message: FromChild): void {
  process.send?.(message, () => process.exit(0));
}

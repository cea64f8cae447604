/**
 * `npm run bench` times the engine's training step beside PyTorch's (it is `inkstone bench` with the peer of `bench/peer`), with `-- run`
 * a whole training run, with `-- threads` the step on one thread, two, and so on, with `-- cache` the cache, with `-- distributed` one rank beside two, with `-- inference`
 * finding text, with `-- page` the page of `inkstone ui`, and with `-- labels` labelling a large picture there.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { benchCache } from './cache.js';
import { benchDistributed } from './distributed.js';
import { benchInference } from './inference.js';
import { benchLabels } from './labels.js';
import { benchPage } from './page.js';
import { benchRun } from './run.js';
import { benchThreads } from './threads.js';

const OTHERS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  cache: benchCache,
  distributed: benchDistributed,
  inference: benchInference,
  labels: benchLabels,
  page: benchPage,
  run: benchRun,
  threads: benchThreads,
};

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const args = process.argv.slice(2);
const other = OTHERS[args[0] ?? ''];
if (other) await other(args.slice(1));
else {
  const inkstone = path('../packages/inkstone/bin/inkstone.js');
  // Debian's own, and what peer/newest-torch.sh sets up.
  const pythons = ['/usr/bin/python3', path('../.inkstone/torch/python')];
  const peer = ['--peer', path('peer/dbnet.py'), '--python', ...pythons];
  const { status } = spawnSync(process.execPath, [inkstone, 'bench', ...peer, ...args], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

/** A whole training run, as users start it: images a second, cores busy, memory. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { PRECISION_NAMES, type PrecisionName } from '../packages/inkstone/src/amp/index.js';
import { createDataset } from '../packages/inkstone/src/data/index.js';
import { loadRunConfig, readSummary } from '../packages/inkstone/src/runs/index.js';
import { describeDataset } from '../packages/inkstone/src/runs/splits.js';
import { processorName } from '../packages/inkstone/src/system/index.js';

const INKSTONE = fileURLToPath(new URL('../packages/inkstone/bin/inkstone.js', import.meta.url));
const MEGABYTE = 2 ** 20;

interface Options {
  readonly precision: readonly PrecisionName[];
  readonly epochs: string;
}

/** Overrides, such as `data=icdar data.root=…`, follow the options. The cache is that of other runs; the first epoch fills it. */
export async function benchRun(args: readonly string[]): Promise<void> {
  const command = new Command('bench run')
    .addOption(
      new Option('--precision <name...>')
        .choices(PRECISION_NAMES)
        .default(['32-true', '16-mixed', 'bf16-mixed']),
    )
    .option('--epochs <n>', 'epochs; the first is left out of the figures', '3')
    .argument('[overrides...]', 'as for inkstone train')
    .parse(args, { from: 'user' });
  const { precision: precisions, epochs } = command.opts<Options>();
  const { config } = loadRunConfig({ overrides: command.args });
  const { length: images } = await createDataset(describeDataset(config.data, 'train', config.seed));
  console.log(
    `${images} images, ${epochs} epochs, ${processorName()}, ${new Date().toISOString().slice(0, 10)}`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-bench-'));
  try {
    for (const precision of precisions) {
      const own = [`trainer.precision=${precision}`, `trainer.max_epochs=${epochs}`, `runs_dir=${folder}`];
      const name = `exp_name=${precision}`;
      const { status } = spawnSync(process.execPath, [INKSTONE, 'train', ...command.args, ...own, name], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      if (status !== 0) throw new Error(`the run in ${precision} failed`);
      const { seconds_per_epoch, cores_busy, peak_rss_bytes, peak_engine_bytes } = readSummary(
        join(folder, precision, 'summary.json'),
      );
      console.log(
        `${precision}: ${(images / seconds_per_epoch!).toFixed(1)} images a second with validation, ${cores_busy!.toFixed(2)} cores busy, ` +
          `peak ${Math.round(peak_rss_bytes / MEGABYTE)} MB, of which engine ${Math.round(peak_engine_bytes / MEGABYTE)}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

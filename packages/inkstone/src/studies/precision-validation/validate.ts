/** `inkstone validate-precision`: trains what the plan asks for, one run after the other, and writes the reports. */
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { networkTitle } from '../../detection/index.js';
import type { RunConfig } from '../../runs/index.js';
import { bytes, prepareFolder, processorName, writeAtomically } from '../../system/index.js';
import type { Terminal } from '../../tracking/index.js';
import { type ExecuteOptions, earlierResult, executeRun, type RunResult } from './execute.js';
import { overlaysOf, type RunFigures, readFigures } from './figures.js';
import { BASELINE_PRECISION, type Plan, type Trial } from './plan.js';
import type { Report } from './report.js';
import { type OverlayPair, reportHtml } from './report-html.js';
import { reportMarkdown } from './report-markdown.js';
import { judge, type TrialFigures } from './verdict.js';

export interface ValidateOptions extends ExecuteOptions {
  readonly terminal: Terminal;
}

/** Longest side of the pictures in the report, in pixels. */
const OVERLAY_SIZE = 900;
const OVERLAY_QUALITY = 80;

/** Trains what no earlier call has finished, compares, and writes `report.{json,md,html}` into `plan.folder`. */
export async function validatePrecision(plan: Plan, options: ValidateOptions): Promise<Report> {
  prepareFolder(plan.folder);
  const trials: TrialFigures[] = [];
  const results: RunResult[] = [];
  let number = 0;
  const run = async (config: RunConfig): Promise<RunFigures> => {
    number += 1;
    const reused = options.fresh ? undefined : earlierResult(config);
    const place = `[${number}/${2 * plan.trials.length}] ${config.trainer.precision}, seed ${config.seed}`;
    options.terminal.line(
      `${place}: ${reused ? `finished before, in ${reused.folder}` : `training in ${config.runs_dir}`}`,
    );
    const result = reused ?? (await executeRun(config, options));
    if (result.failure !== null) options.terminal.line(`${place} diverged: ${result.failure}`);
    results.push(result);
    return readFigures(config, result, reused !== undefined);
  };
  for (const { seed, baseline, candidate } of plan.trials) {
    trials.push({ seed, baseline: await run(baseline), candidate: await run(candidate) });
  }
  const [first] = plan.trials as [Trial];
  const report: Report = {
    ...judge(trials),
    candidate: plan.candidate,
    candidate_precision: plan.precision,
    baseline_precision: BASELINE_PRECISION,
    trials,
    settings: settingsOf(first.candidate),
    machine: machineOf(results),
  };
  const write = (name: string, text: string) => writeAtomically(join(plan.folder, name), text);
  write('report.json', `${JSON.stringify(report, null, 2)}\n`);
  write('report.md', reportMarkdown(report));
  const [{ baseline, candidate }] = trials as [TrialFigures];
  write('report.html', reportHtml(report, await overlayPairs(baseline.folder, candidate.folder)));
  return report;
}

/** What both sides had in common and a reader needs to repeat it. */
function settingsOf(config: RunConfig): Report['settings'] {
  const { data, trainer, optimizer, schedule } = config;
  return {
    'data set': data.name,
    'longest side': data.size,
    network: networkTitle(config.model),
    epochs: trainer.max_epochs,
    'batch size': config.batch_size,
    'accumulated batches': trainer.accumulate_grad_batches,
    'gradient clipping': `${trainer.gradient_clip_val} by ${trainer.gradient_clip_algorithm}`,
    optimiser: `${optimizer.name}, learning rate ${optimizer.lr}`,
    schedule: `${schedule.name}, ${schedule.warmup_steps} warm-up steps`,
  };
}

function machineOf(results: readonly RunResult[]): Report['machine'] {
  return {
    processor: processorName(),
    threads: process.env.INKSTONE_THREADS ?? availableParallelism(),
    memory: bytes(totalmem()),
    node: process.versions.node,
    inkstone: results[0]?.version ?? '',
    backend: [...new Set(results.map(({ backend }) => backend))].join(', '),
  };
}

async function overlayPairs(baseline: string, candidate: string): Promise<OverlayPair[]> {
  const others = overlaysOf(candidate);
  const pairs: OverlayPair[] = [];
  for (const [name, file] of overlaysOf(baseline)) {
    const other = others.get(name);
    if (other === undefined) continue;
    pairs.push({ name, baseline: await dataUri(file), candidate: await dataUri(other) });
  }
  return pairs;
}

async function dataUri(file: string): Promise<string> {
  const box = { width: OVERLAY_SIZE, height: OVERLAY_SIZE, fit: 'inside', withoutEnlargement: true } as const;
  const webp = await sharp(file).resize(box).webp({ quality: OVERLAY_QUALITY }).toBuffer();
  return `data:image/webp;base64,${webp.toString('base64')}`;
}

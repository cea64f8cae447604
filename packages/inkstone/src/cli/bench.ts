/** `inkstone bench`: training steps timed, precision beside precision and beside PyTorch, or kernel by kernel. */
import { Command, Option } from 'commander';
import { PRECISION_NAMES, type PrecisionName } from '../amp/index.js';
import { ENCODERS, type EncoderName } from '../detection/index.js';
import {
  benchmarkTable,
  type ComparisonOptions,
  compareEngines,
  type EngineResult,
  isPeer,
  markdownTable,
  type Profile,
  profileStep,
  profileTable,
} from '../studies/index.js';
import { processorName, progressBar } from '../system/index.js';
import { reportBackend } from '../tensor/index.js';
import { positiveInteger } from './positive-integer.js';
import { columns } from './table.js';

const NETWORKS = ENCODERS.map(({ name }) => name);
/** What one would train with: fp16 without safety has nothing to show here. */
const PRECISIONS = PRECISION_NAMES.filter((name) => name !== '16-unsafe');

interface BenchArguments
  extends Omit<ComparisonOptions, 'encoders' | 'precisions' | 'pythons' | 'onProgress'> {
  readonly encoder: readonly EncoderName[];
  readonly precision: readonly PrecisionName[];
  readonly python?: readonly string[];
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly profile?: boolean;
}

export function benchCommand(): Command {
  return new Command('bench')
    .addOption(new Option('--encoder <name...>', 'networks').choices(NETWORKS).default(NETWORKS))
    .addOption(new Option('--precision <name...>', 'precisions').choices(PRECISION_NAMES).default(PRECISIONS))
    .option('--batch <n>', 'images a step', positiveInteger, 2)
    .option('--size <pixels>', 'side of the square images', positiveInteger, 640)
    .option('--steps <n>', 'timed steps a round', positiveInteger, 4)
    .option('--rounds <n>', 'rounds; each runs every engine once, in turn', positiveInteger, 5)
    .option('--peer <script>', 'the same step in PyTorch, to compare with (npm run bench names it)')
    .option('--python <program...>', 'Pythons that may have PyTorch')
    .option(
      '--profile',
      'instead: where the time of a step goes, layer by layer, and how near each kernel comes to what the machine can do',
    )
    .option('--json', 'print JSON')
    .option('--markdown', 'print a Markdown table')
    .action(async ({ profile, json, ...options }: BenchArguments) => {
      const layOut = options.markdown ? markdownTable : columns;
      if (profile) {
        const profiles = profileAll(options);
        if (json) console.log(JSON.stringify(profiles, null, 2));
        else
          for (const one of profiles)
            console.log(`${describeProfile(one)}\n\n${layOut(profileTable(one))}\n`);
        return;
      }
      const { encoder, precision, python: pythons, ...rest } = options;
      const comparison: ComparisonOptions = {
        ...rest,
        encoders: encoder,
        precisions: precision,
        onProgress: progressBar('Timing', json),
      };
      const results = await compareEngines(pythons === undefined ? comparison : { ...comparison, pythons });
      console.log(json ? JSON.stringify(results, null, 2) : describe(results, rest, layOut));
    });
}

interface NamedProfile extends Profile {
  readonly encoder: EncoderName;
  readonly precision: PrecisionName;
}

function profileAll({ encoder: encoders, precision: precisions, batch, size, steps }: BenchArguments) {
  return encoders.flatMap((encoder) =>
    precisions.map(
      (precision): NamedProfile => ({
        encoder,
        precision,
        ...profileStep({ encoder, precision, batch, size, steps }),
      }),
    ),
  );
}

function describeProfile({ encoder, precision, stepSeconds, peaks }: NamedProfile): string {
  const { operationsPerSecond, halfOperationsPerSecond, bytesPerSecond } = peaks;
  return [
    `${encoder}, ${precision}: ${stepSeconds.toFixed(3)} s a step`,
    `${describeMachine()}: at most ${(operationsPerSecond / 1e9).toFixed(0)} GFLOP/s in fp32, ` +
      `${(halfOperationsPerSecond / 1e9).toFixed(0)} in bf16, ${(bytesPerSecond / 1e9).toFixed(1)} GB/s`,
  ].join('\n');
}

function describe(
  results: readonly EngineResult[],
  { batch, size, steps, rounds }: Pick<BenchArguments, 'batch' | 'size' | 'steps' | 'rounds'>,
  layOut: typeof columns,
): string {
  const lines = [
    `One training step (forward, loss, backward, clipping, Adam), batch ${batch}, ${size} × ${size} pixels; medians of ` +
      `${rounds} rounds of ${steps} steps, engines in turn.`,
    describeMachine(),
    '',
    layOut(benchmarkTable(results)),
  ];
  if (!results.some(({ engine }) => isPeer(engine))) {
    lines.push('', 'PyTorch was not measured: CONTRIBUTING.md says how to set it up.');
  }
  return lines.join('\n');
}

/** `Intel Xeon Processor (family 6, model 207), 2 threads, avx512; 2026-11-26` */
function describeMachine(): string {
  const { kernels: compiled } = reportBackend();
  const kernels =
    compiled === undefined ? 'reference backend' : `${compiled.threads} threads, ${compiled.instructionSet}`;
  return `${processorName()}, ${kernels}; ${new Date().toISOString().slice(0, 10)}`;
}

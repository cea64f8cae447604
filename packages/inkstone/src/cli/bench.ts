/** `inkstone bench`: training steps timed, precision beside precision and beside PyTorch. */
import { Command, Option } from 'commander';
import { PRECISION_NAMES, type PrecisionName } from '../amp/index.js';
import { ENCODERS, type EncoderName } from '../detection/index.js';
import {
  benchmarkTable,
  type ComparisonOptions,
  compareEngines,
  type EngineResult,
  isPeer,
} from '../studies/index.js';
import { positiveInteger } from './positive-integer.js';
import { columns } from './table.js';

const NETWORKS = ENCODERS.map(({ name }) => name);
/** What one would train with: fp16 without safety has nothing to show here. */
const PRECISIONS = PRECISION_NAMES.filter((name) => name !== '16-unsafe');
const DEFAULT_PEER = '../shared/peers/torch_dbnet.py';

interface BenchArguments extends Omit<ComparisonOptions, 'encoders' | 'precisions'> {
  readonly encoder: readonly EncoderName[];
  readonly precision: readonly PrecisionName[];
  readonly json?: boolean;
}

export function benchCommand(): Command {
  return new Command('bench')
    .addOption(new Option('--encoder <name...>', 'networks').choices(NETWORKS).default(NETWORKS))
    .addOption(new Option('--precision <name...>', 'precisions').choices(PRECISION_NAMES).default(PRECISIONS))
    .option('--batch <n>', 'images a step', positiveInteger, 2)
    .option('--size <pixels>', 'side of the square images', positiveInteger, 640)
    .option('--steps <n>', 'timed steps a round', positiveInteger, 4)
    .option('--rounds <n>', 'rounds; each runs every engine once, in turn', positiveInteger, 3)
    .option('--peer <file>', 'the PyTorch benchmark to compare with', DEFAULT_PEER)
    .option('--json', 'print JSON')
    .action(async ({ encoder: encoders, precision: precisions, json, ...rest }: BenchArguments) => {
      const results = await compareEngines({ ...rest, encoders, precisions });
      console.log(json ? JSON.stringify(results, null, 2) : describe(results, rest));
    });
}

function describe(
  results: readonly EngineResult[],
  { batch, size }: Pick<BenchArguments, 'batch' | 'size'>,
): string {
  const lines = [
    `One training step (forward, loss, backward, clipping, Adam), batch ${batch}, ${size} × ${size} pixels:`,
    '',
    columns(benchmarkTable(results)),
  ];
  if (!results.some(({ engine }) => isPeer(engine))) {
    lines.push(
      '',
      "PyTorch was not measured: install Debian's python3-torch and name its benchmark with --peer.",
    );
  }
  return lines.join('\n');
}

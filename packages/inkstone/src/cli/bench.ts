/** `inkstone bench`: training steps timed, precision beside precision and beside PyTorch. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { PRECISION_NAMES } from '../amp/index.js';
import { ENCODERS, type EncoderName } from '../detection/index.js';
import { type ComparisonOptions, compareEngines, type EngineResult } from '../studies/index.js';
import { columns } from './table.js';

const NETWORKS = ENCODERS.map(({ name }) => name);
/** What one would train with: fp16 without safety has nothing to show here. */
const PRECISIONS = PRECISION_NAMES.filter((name) => name !== '16-unsafe');
const DEFAULT_PEER = '../shared/peers/torch_dbnet.py';
const MEGABYTE = 2 ** 20;

interface BenchArguments extends Omit<ComparisonOptions, 'encoder'> {
  readonly encoder: readonly EncoderName[];
  readonly json?: boolean;
}

export function benchCommand(): Command {
  return new Command('bench')
    .summary('time a training step of each network and precision, beside PyTorch where it is installed')
    .addOption(new Option('--encoder <name...>', 'networks').choices(NETWORKS).default(NETWORKS))
    .addOption(new Option('--precision <name...>', 'precisions').choices(PRECISION_NAMES).default(PRECISIONS))
    .option('--batch <n>', 'images a step', positiveInteger, 2)
    .option('--size <pixels>', 'side of the square images', positiveInteger, 640)
    .option('--steps <n>', 'timed steps a round', positiveInteger, 4)
    .option('--rounds <n>', 'rounds; each runs every engine once, in turn', positiveInteger, 3)
    .option('--peer <file>', 'the PyTorch benchmark to compare with', DEFAULT_PEER)
    .option('--json', 'print JSON')
    .action(async (options: BenchArguments) => {
      const { encoder: encoders, precision, ...rest } = options;
      const results: EngineResult[] = [];
      for (const encoder of encoders)
        results.push(...(await compareEngines({ ...rest, encoder, precision })));
      console.log(options.json ? JSON.stringify(results, null, 2) : describe(results, options));
    });
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1');
  return value;
}

function describe(results: readonly EngineResult[], { batch, size }: BenchArguments): string {
  const header = ['network and engine', 's a step', 'of fp32', 'of PyTorch', 'engine MB', 'RSS MB'];
  const rows = results.map((result) => {
    const of = (prefix: string) => {
      const other = results.find((r) => r.encoder === result.encoder && r.engine.startsWith(prefix));
      return other ? (result.medianSeconds / other.medianSeconds).toFixed(2) : '–';
    };
    return [
      `${result.encoder} ${result.engine}`,
      result.medianSeconds.toFixed(3),
      of('inkstone 32-true'),
      of('PyTorch'),
      result.peakBytes === undefined ? '–' : (result.peakBytes / MEGABYTE).toFixed(0),
      (result.peakResidentBytes / MEGABYTE).toFixed(0),
    ];
  });
  const lines = [
    `One training step (forward, loss, backward, clipping, Adam), batch ${batch}, ${size} × ${size} pixels:`,
    '',
    columns(header, rows),
  ];
  if (!results.some((result) => result.engine.startsWith('PyTorch'))) {
    lines.push(
      '',
      "PyTorch was not measured: install Debian's python3-torch and name its benchmark with --peer.",
    );
  }
  return lines.join('\n');
}

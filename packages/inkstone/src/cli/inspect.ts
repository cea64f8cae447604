/** `inkstone inspect`: a data set before training: what is in it, what is wrong with it, which settings suit it. */
import { Command } from 'commander';
import {
  figuresTable,
  type Inspection,
  inspectData,
  isTrainable,
  type NamedFinding,
  nothingToChange,
  placeName,
  preparePageFolder,
  writePage,
} from '../studies/index.js';
import { printable, progressBar } from '../system/index.js';
import { type ConfigArguments, loadConfig, withConfigOptions } from './config-options.js';
import { columns } from './table.js';

interface InspectArguments extends ConfigArguments {
  readonly output?: string;
  readonly json?: boolean;
}

/** Places of a finding that are named; the rest is counted. */
const NAMED_PLACES = 3;

export function inspectCommand(): Command {
  return withConfigOptions(new Command('inspect'))
    .description(
      'Reads the labels and pictures that a configuration would train on, and trains nothing. Exit code 1 when training\n' +
        'could not work (a finding that is a problem).',
    )
    .option('--output <folder>', 'write inspect.html with pictures of what was found into this folder')
    .option('--json', 'print JSON')
    .action(async (overrides: string[], { output, json, ...options }: InspectArguments) => {
      const { config } = loadConfig(overrides, options);
      if (output !== undefined) preparePageFolder(output);
      const inspection = await inspectData(config, progressBar('Looking at pictures', json));
      const page = output === undefined ? undefined : await writePage(inspection, output);
      const text = json ? JSON.stringify(asJson(inspection), null, 2) : describe(inspection, page);
      process.stdout.write(`${text}\n`);
      if (!isTrainable(inspection)) process.exitCode = 1;
    });
}

function asJson({ findings, ...rest }: Inspection) {
  return {
    ...rest,
    findings: findings.map(({ places, ...finding }) => ({
      ...finding,
      where: [...new Set(places.map(placeName))],
    })),
  };
}

function describe({ root, splits, findings, advice }: Inspection, page: string | undefined): string {
  const { overrides, reasons } = advice;
  return [
    root,
    '',
    ...columns(figuresTable(splits)).split('\n'),
    '',
    ...findings.flatMap((finding) => [...describeFinding(finding), '']),
    ...(findings.length === 0 ? ['Nothing was found that is wrong.', ''] : []),
    ...(overrides.length === 0
      ? [nothingToChange(splits)]
      : [`Suggested: ${overrides.join(' ')}`, ...reasons.map((reason) => `  ${reason}`)]),
    ...(page === undefined ? [] : [`Pictures: ${page}`]),
  ]
    .map(printable)
    .join('\n');
}

function describeFinding({ weight, what, todo, places }: NamedFinding): string[] {
  const names = [...new Set(places.map(placeName))];
  const more = names.length - NAMED_PLACES;
  const where = names.slice(0, NAMED_PLACES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return [`${weight}: ${what}`, ...(where === '' ? [] : [`  where: ${where}`]), `  do: ${todo}`];
}

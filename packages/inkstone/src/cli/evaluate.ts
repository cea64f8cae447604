/** `inkstone evaluate`: scores ICDAR results against ICDAR ground truth; no model, no configuration. */
import { Command, Option } from 'commander';
import {
  DEFAULT_METRIC,
  type EvaluateOptions,
  type Evaluation,
  evaluateIcdar,
  ICDAR_SHAPES,
  METRIC_NAMES,
  metricNamed,
} from '../metrics/index.js';
import { printable } from '../system/index.js';
import { heightTable } from './height-table.js';

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description(
      'Scores text boxes in ICDAR format. Both sides are a folder or a zip of .txt files, one an image, matched by name ' +
        'without the prefixes gt_ and res_; each line is x1,y1,x2,y2,x3,y3,x4,y4[,transcript]. Texts marked ### or * do not count.',
    )
    .requiredOption('--gt <path>', 'ground truth: folder or zip')
    .requiredOption('--pred <path>', 'results: folder or zip')
    .addOption(new Option('--metric <name>', 'how to score').choices(METRIC_NAMES).default(DEFAULT_METRIC))
    .addOption(
      new Option('--shape <shape>', 'points a line; auto: polygons when the lines hold nothing but points')
        .choices(ICDAR_SHAPES)
        .default('auto'),
    )
    .option('--per-image', 'also print the scores of each image')
    .option('--json', 'print JSON')
    .action(async ({ json, ...options }: EvaluateOptions & { json?: boolean }) => {
      const evaluation = await evaluateIcdar(options);
      console.log(json ? JSON.stringify(evaluation, null, 2) : describeEvaluation(evaluation));
    });
}

function describeEvaluation(evaluation: Evaluation): string {
  const {
    metric,
    images,
    imagesWithoutResult,
    resultsWithoutImage,
    counts,
    recallByHeight,
    perImage = [],
  } = evaluation;
  const lines = [
    `${metricNamed(metric).title} on ${images} images`,
    `  H-mean     ${figure(evaluation.hmean)}`,
    `  precision  ${figure(evaluation.precision)}`,
    `  recall     ${figure(evaluation.recall)}`,
    ...Object.entries(counts).map(([name, count]) => `  ${inWords(name)}  ${count}`),
  ];
  if (recallByHeight.length > 0) lines.push('', heightTable(recallByHeight), '');
  if (imagesWithoutResult.length > 0) {
    lines.push(`without a result file, scored as nothing found: ${some(imagesWithoutResult)}`);
  }
  if (resultsWithoutImage.length > 0) {
    lines.push(`result files without ground truth, left out: ${some(resultsWithoutImage)}`);
  }
  for (const image of perImage) {
    lines.push(
      `${figure(image.hmean)}  ${figure(image.precision)}  ${figure(image.recall)}  ${printable(image.id)}`,
    );
  }
  return lines.join('\n');
}

function figure(value: number): string {
  return value.toFixed(4);
}

/** falsePositiveCharacters → "false positive characters" */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function some(names: readonly string[]): string {
  const shown = 3;
  const rest = names.length > shown ? `, … (${names.length} in all)` : '';
  return names.slice(0, shown).map(printable).join(', ') + rest;
}

/** The policy `data.on_error` in one place: what unusable files and lines mean for the data set that they stand in. */
import { DataError, formatProblem, type Problem, placeOfProblem, type Report } from '../labels/index.js';
import { InputError } from '../system/index.js';
import type { DataOptions } from './options.js';
import type { Sample, Split } from './sample.js';

/** Files or lines that are named in one error. */
const SHOWN = 10;
/** Reasons that are named when too much is unusable. */
const SHOWN_REASONS = 3;
/** Problems after which nobody reads on: whatever this is, it is not a data set with mistakes. */
const MAX_PROBLEMS = 50_000;

/** Several things in a data set are unusable: a line that says what that means, and a line for each of the first. */
export class DatasetError extends InputError {}

/** Collects problems. @throws DatasetError when there are more than anybody would mend */
export function collectInto(problems: Problem[]): Report {
  return (problem) => {
    if (problems.push(problem) < MAX_PROBLEMS) return;
    throw new DatasetError([
      `${problem.path}: has ${MAX_PROBLEMS} and more unusable lines, such as:`,
      ...reasons(problems),
    ]);
  };
}

/** The image that a problem concerns: its id, or where the problem was found. */
export function imageOf(problem: Problem): string {
  return problem.image ?? placeOfProblem(problem);
}

/** What a split lost to its problems. */
export interface Losses {
  readonly images: number;
  /** Texts of the images that are left whose places are ignored. */
  readonly texts: number;
}

export function lossesOf(problems: readonly Problem[]): Losses {
  const images = imagesLeftOut(problems);
  const texts = problems.filter((problem) => problem.ignored && !images.has(imageOf(problem))).length;
  return { images: images.size, texts };
}

function imagesLeftOut(problems: readonly Problem[]): ReadonlySet<string> {
  return new Set(problems.filter(({ ignored }) => !ignored).map(imageOf));
}

/**
 * Whether one may go on with the samples that are left: those of `samples` that no problem leaves out.
 *
 * @throws DataError or DatasetError at any problem under `on_error: fail`, and when a larger share is lost than `max_skipped`
 */
export function settleProblems(
  { root, on_error, max_skipped }: DataOptions,
  split: Split,
  problems: readonly Problem[],
  samples: readonly Sample[],
): void {
  const [first] = problems;
  if (first === undefined) return;
  if (on_error === 'fail') {
    if (problems.length === 1) throw new DataError(first);
    const rest = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : [];
    throw new DatasetError([
      `${root}: ${problems.length} files or lines are unusable; mend them, or leave them out with data.on_error=skip:`,
      ...problems.slice(0, SHOWN).map(formatProblem),
      ...rest,
    ]);
  }
  const lost = lossesOf(problems);
  const leftOut = imagesLeftOut(problems);
  const left = samples.filter(({ id }) => !leftOut.has(id));
  const images = left.length + lost.images;
  const texts = lost.texts + (lost.texts > 0 ? readableTexts(left) : 0);
  if (lost.images <= max_skipped * images && lost.texts <= max_skipped * texts) return;
  throw new DatasetError([
    `${root}: ${lost.images} of ${images} ${split} images are unusable` +
      `${lost.texts > 0 ? `, and ${lost.texts} of ${texts} texts of the others` : ''}: more than ` +
      `data.max_skipped=${max_skipped} allows; the most common reasons:`,
    ...reasons(problems),
  ]);
}

/** Texts that are not ignored. */
export function readableTexts(samples: readonly Sample[]): number {
  return samples.reduce((sum, { instances }) => sum + instances.filter(({ ignore }) => !ignore).length, 0);
}

/** No sample of the split is left, or none was there: then the `layout` that was looked for is said. */
export function nothingLeft(
  root: string,
  split: Split,
  problems: readonly Problem[],
  layout: string,
): DatasetError {
  const nothing = `${root}: no usable ${split} sample`;
  if (problems.length === 0) return new DatasetError(`${nothing}; expected ${layout}`);
  return new DatasetError([
    `${nothing}; the most common of ${problems.length} reasons:`,
    ...reasons(problems),
  ]);
}

/** A line for each of the most common reasons. */
function reasons(problems: readonly Problem[]): string[] {
  const byReason = new Map<string, { count: number; first: Problem }>();
  for (const problem of problems) {
    const reason = problem.reason ?? problem.message;
    const known = byReason.get(reason);
    if (known) known.count++;
    else byReason.set(reason, { count: 1, first: problem });
  }
  return [...byReason]
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, SHOWN_REASONS)
    .map(([reason, { count, first }]) => `${count} × ${reason} (first: ${placeOfProblem(first)})`);
}

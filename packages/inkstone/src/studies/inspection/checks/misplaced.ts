/** Labels that fit their pictures clearly better when they are read in another way: shifted, mirrored, x and y exchanged, … */
import { median } from '../../../system/index.js';
import { type Check, type Finding, type Place, perSplit, share } from '../finding.js';
import type { BetterFit, Fit } from '../fit.js';
import type { LabelledSample } from '../sample.js';

/** From this share of wrong pictures on training could not work. */
const RUINOUS = 0.2;
/** Share of other pictures' labels that fit as well: then a picture's own are as good as drawn by lot. */
const BY_LOT = 0.25;

const LOST = {
  what: 'labels fit their pictures no better than those of other pictures do',
  todo: 'compare labels and pictures: they may come from different folders, sizes or versions of the data set',
};

export const misplaced: Check = {
  name: 'misplaced',
  look: perSplit(({ split, fits }) => {
    const finding = ({ what, todo }: Pick<Finding, 'what' | 'todo'>, places: readonly Place[]): Finding => ({
      weight: places.length >= RUINOUS * fits.length ? 'problem' : 'warning',
      what: `${what}: ${share(places.length, fits.length, `pictures of ${split}`)}`,
      todo,
      places,
    });
    const lost = fits
      .filter(({ better, rivals }) => better.length === 0 && rivals >= BY_LOT)
      .map(({ sample }) => ({ path: sample.imagePath, sample }));
    return [
      ...explain(fits).map((cause) => finding(describe(cause), cause.map(placeOf))),
      ...(lost.length > 0 ? [finding(LOST, lost)] : []),
    ];
  }),
};

/** A picture, and the way to read its labels by which they fit. */
interface Explained {
  readonly sample: LabelledSample;
  readonly better: BetterFit;
}

/** Pictures with one cause; never empty. */
type Cause = readonly [Explained, ...Explained[]];

/** As few causes as explain all pictures: the one first that explains most, then what explains most of the rest. */
function explain(fits: readonly Fit[]): Cause[] {
  const groups = new Map<string, [Explained, ...Explained[]]>();
  for (const { sample, better } of fits) {
    const best = new Map<string, BetterFit>();
    for (const way of better) {
      const cause = causeOf(sample, way);
      if (way.fit > (best.get(cause)?.fit ?? 0)) best.set(cause, way);
    }
    for (const [cause, way] of best) {
      const group = groups.get(cause);
      if (group) group.push({ sample, better: way });
      else groups.set(cause, [{ sample, better: way }]);
    }
  }
  const [first] = [...groups.values()].sort((a, b) => weightOf(b) - weightOf(a));
  if (first === undefined) return [];
  const explained = new Set(first.map(({ sample }) => sample));
  return [first, ...explain(fits.filter(({ sample }) => !explained.has(sample)))];
}

const weightOf = (cause: Cause): number => cause.reduce((sum, { better }) => sum + better.fit, 0);

function causeOf(sample: LabelledSample, better: BetterFit): string {
  if (better.kind !== 'reading') return better.kind;
  return isExif(sample, better) ? 'exif' : better.reading.name;
}

/** Whether the labels belong to the picture as it is stored, before its EXIF orientation is applied. */
function isExif({ orientation }: LabelledSample, better: BetterFit): boolean {
  return better.kind === 'reading' && better.reading.orientation === orientation;
}

function describe(cause: Cause): Pick<Finding, 'what' | 'todo'> {
  const [{ sample, better }] = cause;
  switch (better.kind) {
    case 'swap':
      return {
        what: `labels belong to other pictures (those of ${better.owner.id} fit ${sample.id})`,
        todo: 'give each picture its own labels: names or order were mixed up',
      };
    case 'shift': {
      const along = (axis: 'x' | 'y') =>
        median(cause.flatMap((one) => (one.better.kind === 'shift' ? one.better[axis] : [])));
      return {
        what: `labels are shifted: they fit when moved by about ${along('x')} pixels in x and ${along('y')} in y`,
        todo: 'move the labels; the pictures may have been cropped after they were labelled',
      };
    }
    case 'reading':
      return {
        what: isExif(sample, better)
          ? 'labels fit the pictures as they are stored, without their EXIF orientation'
          : `labels fit when ${better.reading.name}`,
        todo: better.reading.todo,
      };
  }
}

const placeOf = ({ sample, better }: Explained): Place => ({
  path: sample.imagePath,
  sample,
  better: better.polygons,
});

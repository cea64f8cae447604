/** What is said of a run that could not learn, in a line each: the likely cause, and what to do about it. */
import { boundingBox } from 'inkstone-detect/geometry';
import type { Dataset } from '../data/index.js';
import { median } from '../system/index.js';
import type { RunConfig } from './config.js';

/** Lower texts leave next to nothing on the maps, which the network draws from features of every fourth pixel. */
const LEGIBLE_PIXELS = 6;
/** Fresh weights find nothing in fewer; the demo's find the first texts after about as many. */
const FEW_STEPS = 300;
/** More labels than that outside their images are no slips: they belong to images of another size. */
const CLAMPED_SHARE = 0.1;

/** Undefined when something is left to train. */
export function doneHint(done: number, steps: number): string | undefined {
  if (done < steps) return undefined;
  return `nothing is left to train: the run has ${done} steps already, of ${steps}; to go on, raise trainer.max_epochs or trainer.max_steps`;
}

/** Undefined when the learning rate does reach its highest. */
export function warmUpHint({ schedule }: Pick<RunConfig, 'schedule'>, steps: number): string | undefined {
  const { warmup_steps } = schedule;
  if (warmup_steps < steps || warmup_steps === 0) return undefined;
  return (
    `all ${steps} steps are warm-up (schedule.warmup_steps=${warmup_steps}), so that optimizer.lr is never reached; ` +
    'lower it, or raise trainer.max_epochs'
  );
}

type Labelled = Pick<Dataset, 'samples' | 'clamped'>;

/** Why nothing was found to the end. */
export function zeroHint(
  config: Pick<RunConfig, 'data' | 'init_from' | 'optimizer'>,
  steps: number,
  datasets: { readonly train: Labelled; readonly val: Labelled },
): string {
  const because = (cause: string) => `val/hmean is 0, most likely because ${cause}`;
  const readable = (split: Labelled) =>
    split.samples.flatMap(({ instances, width, height }) =>
      instances
        .filter(({ ignore }) => !ignore)
        .map(({ polygon }) => {
          const { minX, minY, maxX, maxY } = boundingBox(polygon);
          return (Math.min(maxX - minX, maxY - minY) * config.data.size) / Math.max(width, height);
        }),
    );
  const heights = { train: readable(datasets.train), val: readable(datasets.val) };
  for (const [split, { length }] of Object.entries(heights)) {
    if (length === 0)
      return because(`every text of ${split} is marked as unreadable (### or *); look at its labels`);
  }
  const all = [...heights.train, ...heights.val];
  const clamped = datasets.train.clamped + datasets.val.clamped;
  if (clamped > CLAMPED_SHARE * all.length) {
    return because(
      `labels and images do not belong together: ${clamped} texts lie partly outside their images`,
    );
  }
  const height = median(all) as number;
  if (height < LEGIBLE_PIXELS) {
    return because(
      `half of the texts are less than ${LEGIBLE_PIXELS} pixels high at data.size=${config.data.size}; raise data.size`,
    );
  }
  if (steps < FEW_STEPS && config.init_from === null) {
    return because(
      `${steps} steps are too few for fresh weights; raise trainer.max_epochs, or start from init_from=…`,
    );
  }
  return because(
    `optimizer.lr=${config.optimizer.lr} does not suit; try a third of it, and look at the overlays for misplaced labels`,
  );
}

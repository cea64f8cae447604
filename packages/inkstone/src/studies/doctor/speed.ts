/** A figure of how fast this machine trains, within a time that one waits for. */
import { benchmarkStep } from '../benchmark/index.js';

export interface Speed {
  /** Side of the square picture. */
  readonly size: number;
  /** Of one training step. */
  readonly seconds: number;
}

const BUDGET_SECONDS = 8;
/** The last one is what is trained with; slow machines end at a smaller one. */
const SIZES = [64, 160, 320, 640];
/** Each size takes one step that is timed and one, rather slower, before it. */
const STEPS = 3;

/** Of a step in 32 bits, of the network that is trained by default. */
export function measureSpeed(budgetSeconds = BUDGET_SECONDS): Speed {
  const start = performance.now();
  const measure = (size: number): Speed => {
    const options = { encoder: 'mobilenet_v3_small_050', precision: '32-true', batch: 1, steps: 1 } as const;
    return { size, seconds: benchmarkStep({ ...options, size }).medianSeconds };
  };
  const [smallest, ...larger] = SIZES;
  let speed = measure(smallest!);
  for (const size of larger) {
    const expected = STEPS * speed.seconds * (size / speed.size) ** 2;
    if ((performance.now() - start) / 1000 + expected > budgetSeconds) break;
    speed = measure(size);
  }
  return speed;
}

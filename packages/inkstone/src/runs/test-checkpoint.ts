/** Evaluates a checkpoint on a split. */
import type { Split } from '../data/index.js';
import { type HeightClass, RecallByHeight } from '../metrics/index.js';
import type { Metrics, Terminal } from '../tracking/index.js';
import { evaluate, limitedLength, prefixed } from '../training/index.js';
import { precisionOf } from './build.js';
import type { RunConfig } from './config.js';
import { DetectionTask } from './detection-task.js';
import { loadModel } from './load-model.js';
import { openUnaugmented } from './splits.js';

export interface TestOptions {
  /** A `.safetensors` file, or a run folder. */
  readonly checkpoint: string;
  readonly split: Split;
  readonly terminal: Terminal;
}

export interface TestResult {
  readonly checkpoint: string;
  readonly split: Split;
  readonly images: number;
  /** `test/hmean`, … */
  readonly metrics: Metrics;
  /** Heights in pixels of what the network saw, its longest side `data.size`. */
  readonly recallByHeight: readonly HeightClass[];
}

/** `config` comes from `loadCheckpointConfig`. Images are evaluated as they are, those of `train` too. */
export async function testCheckpoint(config: RunConfig, options: TestOptions): Promise<TestResult> {
  const { checkpoint, split, terminal } = options;
  const { model, file } = loadModel(checkpoint, config.model);
  const opened = await openUnaugmented(config, split, (line) => terminal.line(line));
  try {
    const byHeight = new RecallByHeight();
    const task = new DetectionTask(model, config.model, ({ instances, width, originalWidth }, detections) =>
      byHeight.add(instances, detections, width / originalWidth),
    );
    const batches = limitedLength(opened.source.length, config.trainer.limit_test_batches);
    let images = 0;
    const figures = await evaluate(task, precisionOf(config), opened.source, {
      batches,
      onBatch: (batch, samples) => {
        images += samples;
        terminal.status(`${split} ${batch}/${batches}`);
      },
    });
    terminal.status('');
    return {
      checkpoint: file,
      split,
      images,
      metrics: prefixed('test/', figures ?? {}),
      recallByHeight: byHeight.result(),
    };
  } finally {
    await opened.close();
    model.dispose();
  }
}

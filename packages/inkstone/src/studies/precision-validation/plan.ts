/** Which runs a validation needs: fp32 and the candidate, alike in everything but the precision, for every seed. */
import { join } from 'node:path';
import { type ComposeOptions, ConfigError } from '../../config/index.js';
import { loadRunConfig, type RunConfig, runConfigSchema } from '../../runs/index.js';

/** What every candidate is measured against. */
export const BASELINE_PRECISION = '32-true';

const DEFAULT_EPOCHS = 3;

export interface ValidationRequest extends ComposeOptions {
  /** A choice of the group `trainer`, e.g. `fp16_safe`. */
  readonly candidate: string;
  /** Repetitions, each with a seed of its own. */
  readonly trials: number;
}

export interface Trial {
  readonly seed: number;
  readonly baseline: RunConfig;
  readonly candidate: RunConfig;
}

export interface Plan {
  readonly candidate: string;
  readonly precision: string;
  /** Where the reports go: `runs/<exp_name>-precision/<candidate>`. */
  readonly folder: string;
  readonly trials: readonly Trial[];
}

/**
 * The baseline is the candidate's own configuration with another precision, so that clipping, accumulation and all
 * else that a trainer file sets is the same on both sides. Runs lie in `runs/<exp_name>-precision/runs`, where other
 * candidates find the same baseline.
 *
 * @throws ConfigError
 */
export function planValidation({ candidate, trials, ...options }: ValidationRequest): Plan {
  const overrides = options.overrides ?? [];
  refuse(overrides, 'trainer', `name the candidate with --candidate instead`);
  refuse(overrides, 'trainer.precision', `a trainer file with another precision is chosen with --candidate`);
  refuse(overrides, 'resume', 'repeat the same call to go on with an interrupted validation');
  const choice = `trainer=${candidate}`;
  const epochs = options.configFile === undefined ? [`trainer.max_epochs=${DEFAULT_EPOCHS}`] : [];
  const { config } = loadRunConfig({ ...options, overrides: [choice, ...epochs, ...overrides] });
  // A configuration file on top may hold the precision of the run that it comes from.
  const { precision } = loadRunConfig({ configFolder: options.configFolder, overrides: [choice] }).config
    .trainer;
  if (precision === BASELINE_PRECISION) {
    throw new ConfigError(
      `trainer=${candidate} trains in ${BASELINE_PRECISION}, which is what candidates are compared with`,
    );
  }
  const folder = join(config.runs_dir, `${config.exp_name}-precision`);
  return {
    candidate,
    precision,
    folder: join(folder, candidate),
    trials: Array.from({ length: trials }, (_, index) => {
      const seed = config.seed + index;
      const run = (name: string, precision: RunConfig['trainer']['precision']): RunConfig => ({
        ...observed(config),
        seed,
        exp_name: `${name}-seed${seed}`,
        runs_dir: join(folder, 'runs'),
        trainer: { ...config.trainer, precision, log_every_n_steps: 1 },
      });
      return {
        seed,
        baseline: run(BASELINE_PRECISION, BASELINE_PRECISION),
        candidate: run(candidate, precision),
      };
    }),
  };
}

/** Everything the report shows is switched on; nothing may end one run earlier than the other. */
function observed(config: RunConfig): RunConfig {
  const { callbacks, logger } = config;
  const shown = runConfigSchema.shape.callbacks.parse({ gradient_monitor: {}, profiler: {}, overlays: {} });
  return {
    ...config,
    resume: null,
    logger: { ...logger, console: false, jsonl: true },
    callbacks: {
      ...callbacks,
      early_stopping: null,
      gradient_monitor: callbacks.gradient_monitor ?? shown.gradient_monitor,
      profiler: callbacks.profiler ?? shown.profiler,
      overlays: callbacks.overlays ?? shown.overlays,
    },
  };
}

function refuse(overrides: readonly string[], key: string, instead: string): void {
  const found = overrides.find((override) => override.replace(/^[~+]*/, '').split('=')[0] === key);
  if (found !== undefined) throw new ConfigError(`"${found}": ${instead}`);
}

/** What `inkstone ui` labels: a folder, and a detector that draws first boxes. */
import { join, resolve } from 'node:path';
import { networkTitle } from '../../detection/index.js';
import { CheckpointError } from '../../nn/index.js';
import { checkpointFile, loadCheckpointConfig, PUBLISHED } from '../../runs/index.js';
import { Drafter } from './drafter.js';
import { LABELS } from './label-file.js';
import { LabelFolder } from './label-folder.js';

export interface Labels {
  readonly folder: LabelFolder;
  /** Undefined: there is no detector. */
  readonly drafter: Pick<Drafter, 'view' | 'want' | 'work' | 'problemOf'> | undefined;
  /** What `inkstone train` needs to go on from the detector with what is confirmed. */
  readonly training: readonly string[];
  close(): Promise<void>;
}

/**
 * @param model a run, a checkpoint, or the published detector; undefined: that one, where it is installed
 * @throws InputError, CheckpointError
 */
export async function openLabels(
  data: string,
  model: string | undefined,
  say: (line: string) => void,
): Promise<Labels> {
  const detector = model ?? installed();
  const start = detector === undefined ? [] : startFrom(detector);
  const folder = await LabelFolder.open(data, say);
  const drafter = detector === undefined ? undefined : new Drafter(folder, detector);
  void drafter?.work();
  return {
    folder,
    drafter,
    training: [
      'recipe=finetune',
      ...start,
      'data=json',
      `data.root=${JSON.stringify(join(folder.path, LABELS))}`,
    ],
    async close() {
      await drafter?.close();
      folder.close();
    },
  };
}

function installed(): string | undefined {
  try {
    checkpointFile(PUBLISHED);
    return PUBLISHED;
  } catch (error) {
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
}

/** The recipe starts from the published detector by itself. @throws CheckpointError for what is no detector */
function startFrom(model: string): string[] {
  const { config } = loadCheckpointConfig(model);
  if (model === PUBLISHED) return [];
  const { name } = config.model;
  const network = name === 'dbnet' ? `dbnet_${networkTitle(config.model)}` : name;
  return [`model=${network}`, `init_from=${JSON.stringify(resolve(model))}`];
}

/** What Inkstone writes into a run folder. Everything else in it is the user's, and is neither changed nor removed. */
import { type Dirent, existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isOwnOverlay } from './overlay.js';

export const CONFIG = 'config.yaml';
export const SUMMARY = 'summary.json';
/** What training changed, of a run that starts from weights. */
export const BEFORE_AFTER = 'before-after.json';
/** Labels and images that were left out, and why. */
export const SKIPPED = 'skipped.jsonl';
/** How each image of the last validation came out. */
export const IMAGES = 'val-images.json';
/** The error that the run ended with. */
export const FAILURE = 'failure.txt';
/** What `inkstone numerics` said of the run's weights. */
export const NUMERICS = 'numerics.json';
/** The folder of checkpoints in a run's folder, and that of the pictures. */
export const CHECKPOINTS = 'checkpoints';
export const OVERLAYS = 'overlays';

/** The folder of the run that a checkpoint's file lies in; undefined for weights of no run. */
export function runOf(file: string): string | undefined {
  const checkpoints = dirname(file);
  const run = dirname(checkpoints);
  return basename(checkpoints) === CHECKPOINTS && existsSync(join(run, CONFIG)) ? run : undefined;
}

/** Names by folder, and a look inside where the name alone does not tell. */
const WRITTEN: readonly {
  readonly folder: string;
  readonly name: RegExp;
  readonly isOurs?: (file: string) => boolean;
}[] = [
  {
    folder: '',
    name: /^(config\.yaml|summary\.json|before-after\.json|result\.json|skipped\.jsonl|metrics\.jsonl|system\.jsonl|metrics\.csv|mlflow\.json|val-images\.json|numerics\.json|failure\.txt)$/,
  },
  { folder: CHECKPOINTS, name: /^(last|best)(\.json|\.safetensors|\.state-\d+-\d+\.safetensors)$/ },
  { folder: 'tensorboard', name: /^events\.out\.tfevents\.\d{10,}\..+\.\d+$/ },
  { folder: OVERLAYS, name: /\.png$/, isOurs: isOwnOverlay },
];

const WANDB = 'wandb';
const WANDB_RUN = /^offline-run-\d{8}_\d{6}-[0-9a-f]{8}$/;

/** `WRITTEN`, and what is in the folders whose names differ from run to run. */
function writtenIn(path: string): typeof WRITTEN {
  const runs = entriesOf(join(path, WANDB)).filter(
    (entry) => entry.isDirectory() && WANDB_RUN.test(entry.name),
  );
  const name = /^run-[0-9a-f]{8}\.wandb$/;
  return [
    ...WRITTEN,
    ...runs.map((run) => ({ folder: join(WANDB, run.name), name })),
    { folder: WANDB, name: /^$/ },
  ];
}

/** What `replaceFile` puts behind the name of a file that is not whole yet. */
const UNFINISHED = /\.\d+-[\da-f]+\.tmp$/;

/**
 * Removes what the run in `path` wrote, so that another can take its place. Its configuration stays until the new one replaces
 * it: it says that this is a run, should the program be killed in between.
 */
export function removeRunFiles(path: string): void {
  removeUnfinished(path);
  for (const { folder, name, isOurs = () => true } of writtenIn(path)) {
    const at = join(path, folder);
    for (const file of filesIn(at)) {
      if (name.test(basename(file)) && basename(file) !== CONFIG && isOurs(file)) rmSync(file);
    }
    // A folder that lies elsewhere, on a larger disk for instance, and only has a link here, stays.
    if (folder !== '' && isFolder(at) && readdirSync(at).length === 0) rmdirSync(at);
  }
}

/** Removes what writes that were killed have left: half a file each, beside the whole older one. */
export function removeUnfinished(path: string): void {
  for (const { folder } of WRITTEN) {
    for (const file of filesIn(join(path, folder))) if (isUnfinished(folder, basename(file))) rmSync(file);
  }
}

/** Whether a write of ours that was killed left a file of this name. */
export function isUnfinished(folder: string, file: string): boolean {
  const whole = file.replace(UNFINISHED, '');
  return whole !== file && WRITTEN.some((written) => written.folder === folder && written.name.test(whole));
}

function filesIn(folder: string): string[] {
  const files = entriesOf(folder).filter((entry) => entry.isFile());
  return files.map(({ name }) => join(folder, name));
}

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const entriesOf = (folder: string): Dirent[] =>
  existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];

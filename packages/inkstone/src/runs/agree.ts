/** Ranks that are about to train the same run have the same code, settings, data and first weights: or say which differ. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaves } from '../config/index.js';
import type { Dataset } from '../data/index.js';
import { CommonError, type Group } from '../distributed/index.js';
import { sha256 } from '../nn/index.js';
import { VERSION } from '../system/index.js';
import { kernelsIdentity } from '../tensor/index.js';
import type { Updater } from '../training/index.js';
import type { RunConfig } from './config.js';

/** Where things lie on a rank's machine, and how fast they come: they may differ. */
const OWN_KEYS = [
  'runs_dir',
  'init_from',
  'logger',
  'data.root',
  'data.num_workers',
  'data.prefetch',
  'data.preload_images',
  'data.cache_config',
  'data.cache_splits',
];

export interface RunTerms {
  /** Version, and a digest of the program. */
  readonly code: string;
  readonly kernels: string;
  readonly config: ReadonlyMap<string, unknown>;
  readonly images: { readonly train: number; readonly val: number };
  /** A number for each image, those for training first. */
  readonly labels: Uint32Array;
  /** Digests. */
  readonly weights: string;
  readonly checkpoint: string | null;
}

interface RunStart {
  readonly config: RunConfig;
  readonly train: Pick<Dataset, 'samples'>;
  readonly val: Pick<Dataset, 'samples'>;
  readonly updater: Updater;
  /** What the run goes on from. */
  readonly checkpoint: string | null;
}

function describeRun({ config, train, val, updater, checkpoint }: RunStart): RunTerms {
  return {
    code: `${VERSION}, ${codeDigest()}`,
    kernels: kernelsIdentity(),
    config: leaves(config),
    images: { train: train.samples.length, val: val.samples.length },
    labels: Uint32Array.from([...train.samples, ...val.samples], labelsNumber),
    weights: sha256([...updater.weights().values()].map(({ data }) => bytesOf(data))),
    checkpoint: checkpoint === null ? null : sha256([readFileSync(checkpoint)]),
  };
}

/** @throws CommonError that names the first difference between one of them and rank 0 */
export async function expectSameRun(group: Group, start: RunStart): Promise<void> {
  const terms = describeRun(start);
  const names = [...start.train.samples, ...start.val.samples].map(({ id }) => id);
  const [lead, ...others] = (await group.exchange(() => terms)) as [RunTerms, ...RunTerms[]];
  for (const [index, other] of others.entries()) {
    const difference = differenceOf(other, lead, names);
    if (difference !== undefined)
      throw new CommonError(`rank ${index + 1} differs from rank 0: ${difference}`);
  }
}

/** What is different about `own`, and what to do. `names` are those of the images. */
export function differenceOf(own: RunTerms, lead: RunTerms, names: readonly string[]): string | undefined {
  if (own.code !== lead.code) {
    return `its program is another (${own.code} instead of ${lead.code}); install the same on every machine`;
  }
  if (own.kernels !== lead.kernels) {
    const advice = 'use the same build everywhere, and INKSTONE_ISA where processors differ';
    return `its kernels are others (${own.kernels} instead of ${lead.kernels}), which round in another way; ${advice}`;
  }
  for (const key of new Set([...lead.config.keys(), ...own.config.keys()])) {
    if (OWN_KEYS.some((free) => key === free || key.startsWith(`${free}.`))) continue;
    const [has, wants] = [own.config, lead.config].map(
      (config) => JSON.stringify(config.get(key)) ?? 'not set',
    );
    if (has !== wants) return `${key} is ${has} instead of ${wants}; start every rank with the same settings`;
  }
  const count = ({ images }: RunTerms) => `${images.train} for training and ${images.val} for validation`;
  if (count(own) !== count(lead)) {
    return `it has other images, ${count(own)} instead of ${count(lead)}; look at its data.root`;
  }
  const place = own.labels.findIndex((number, index) => number !== lead.labels[index]);
  if (place >= 0) {
    return `where rank 0 has ${names[place]}, it has another image, or other texts in it; look at its data.root`;
  }
  if (own.checkpoint !== lead.checkpoint) {
    return 'its checkpoint is another; every rank that goes on with a run reads it, so put runs_dir where all see it';
  }
  if (own.weights !== lead.weights) return 'it begins with other weights; look at its init_from';
  return undefined;
}

/** Of its name, size and texts. Its pixels are not read: they are as good as its name. */
function labelsNumber({ id, width, height, instances }: Dataset['samples'][number]): number {
  const row = JSON.stringify([id, width, height, instances]);
  return createHash('sha256').update(row).digest().readUInt32LE();
}

/** Of every file of this program, as it was compiled. */
function codeDigest(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const names = (readdirSync(root, { recursive: true }) as string[])
    .filter((name) => /\.[jt]s$/.test(name))
    .sort();
  return sha256(names.flatMap((name) => [Buffer.from(name), readFileSync(join(root, name))])).slice(0, 12);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

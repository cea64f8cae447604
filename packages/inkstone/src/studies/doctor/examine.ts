/** What Inkstone finds on the machine it runs on. */
import { existsSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { cacheConfigSchema } from '../../cache/index.js';
import { VERSION } from '../../system/index.js';
import { type BackendReport, missingBuildTools, reportBackend } from '../../tensor/index.js';
import { memoryBytes } from '../inspection/index.js';

export interface Examination {
  readonly versions: { readonly inkstone: string; readonly node: string; readonly system: string };
  readonly backend: BackendReport;
  readonly processors: number;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly available: number };
  /** Where the cache lies unless told otherwise, and the bytes that are free there. */
  readonly cache: { readonly folder: string; readonly free: number };
  readonly missing: readonly Missing[];
}

export interface Missing {
  /** Training does without it. */
  readonly isOptional?: boolean;
  readonly what: string;
  readonly why: string;
  readonly todo: string;
}

const LOW_DISK_BYTES = 1e9;
/** A training step of the default configuration needs about half of it. */
const LOW_MEMORY_BYTES = 2e9;

/** @throws InputError for an environment variable that is wrong */
export function examineMachine(): Examination {
  const backend = reportBackend();
  const memory = { total: memoryBytes(), available: process.availableMemory() };
  const folder = resolve(cacheConfigSchema.parse({}).root);
  const cache = { folder, free: freeBytes(folder) };
  return {
    versions: {
      inkstone: VERSION,
      node: process.versions.node,
      system: `${process.platform} ${process.arch}`,
    },
    backend,
    processors: availableParallelism(),
    memory,
    cache,
    missing: [
      ...missingKernels(backend),
      ...missingPackages(),
      ...(memory.available < LOW_MEMORY_BYTES
        ? [{ what: 'memory', why: 'training may not fit', todo: 'end other programs, or set batch_size=1' }]
        : []),
      ...(cache.free < LOW_DISK_BYTES
        ? [
            {
              what: 'room for the cache',
              why: 'it needs about 10 MB a picture',
              todo: 'set data.cache_config.root to a folder on another disk',
            },
          ]
        : []),
    ],
  };
}

function missingKernels(backend: BackendReport): Missing[] {
  if (backend.isWanted) return [];
  const tools = missingBuildTools();
  const build = 'run "npx inkstone build"';
  return [
    {
      what: 'native kernels',
      why:
        backend.name === 'wasm'
          ? 'with which training is two to three times as fast'
          : 'without which training is far too slow',
      todo: tools === undefined ? build : `${tools}, then ${build}`,
    },
  ];
}

const OPTIONAL_PACKAGES = [
  { names: ['inkstone-receipts'], why: 'with which inkstone demo and data=synthetic draw receipts' },
  { names: ['onnxruntime-node', 'onnxruntime-web'], why: 'with which inkstone export --verify compares' },
];

function missingPackages(): Missing[] {
  return OPTIONAL_PACKAGES.filter(({ names }) => !names.some(isInstalled)).map(({ names, why }) => ({
    isOptional: true,
    what: `the package ${names[0]}`,
    why,
    todo: `npm install ${names[0]}`,
  }));
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** On the disk that holds the folder, or that would once it is made. */
function freeBytes(folder: string): number {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  const { bavail, bsize } = statfsSync(nearest);
  return bavail * bsize;
}

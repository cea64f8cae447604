/**
 * Every command, in the order of --help. Only the one that is called is loaded, so that --help is there at once; one whose
 * options need no other room loads what it works with when it runs.
 */
import type { Command } from 'commander';

export interface CommandEntry {
  readonly name: string;
  /** In a line. */
  readonly summary: string;
  load(): Promise<() => Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'train on drawn receipts and show what was learned, in a few minutes',
    load: async () => (await import('./demo.js')).demoCommand,
  },
  {
    name: 'init',
    summary: 'look at a folder of data and write a configuration for it',
    load: async () => (await import('./init.js')).initCommand,
  },
  {
    name: 'inspect',
    summary:
      'look at a data set before training: what is in it, what is wrong with it, which settings suit it',
    load: async () => (await import('./inspect.js')).inspectCommand,
  },
  {
    name: 'train',
    summary: 'train a text detector',
    load: async () => (await import('./train.js')).trainCommand,
  },
  {
    name: 'resume',
    summary: 'go on with a run that was stopped',
    load: async () => (await import('./resume.js')).resumeCommand,
  },
  {
    name: 'test',
    summary: 'evaluate a checkpoint on a split',
    load: async () => (await import('./test.js')).testCommand,
  },
  {
    name: 'predict',
    summary: 'find text on pictures: files, folders or globs',
    load: async () => (await import('./predict.js')).predictCommand,
  },
  {
    name: 'tune',
    summary: "choose how boxes are made of a checkpoint's maps, on a split, and write it into the checkpoint",
    load: async () => (await import('./tune.js')).tuneCommand,
  },
  {
    name: 'evaluate',
    summary: 'score ICDAR results (folder or zip) against ground truth',
    load: async () => (await import('./evaluate.js')).evaluateCommand,
  },
  {
    name: 'export',
    summary: 'write a checkpoint as an ONNX file, for inkstone-detect and other tools',
    load: async () => (await import('./export.js')).exportCommand,
  },
  {
    name: 'serve',
    summary: 'find text over HTTP: POST /detect with an image, GET /health',
    load: async () => (await import('./serve.js')).serveCommand,
  },
  {
    name: 'ui',
    summary: 'open a page on this machine on runs, precision and the cache',
    load: async () => (await import('./ui.js')).uiCommand,
  },
  {
    name: 'cache',
    summary: 'look at, check, fill and clear the cache',
    load: async () => (await import('./cache.js')).cacheCommand,
  },
  {
    name: 'validate-precision',
    summary: 'train fp32 and 16-bit side by side and give a verdict',
    load: async () => (await import('./validate-precision.js')).validatePrecisionCommand,
  },
  {
    name: 'numerics',
    summary: 'show what 16-bit storage does to the numbers of a checkpoint, layer by layer',
    load: async () => (await import('./numerics.js')).numericsCommand,
  },
  {
    name: 'bench',
    summary: 'time a training step of each network and precision, beside PyTorch where it is installed',
    load: async () => (await import('./bench.js')).benchCommand,
  },
  {
    name: 'doctor',
    summary: 'say which kernels run here, what they may use, and what is missing',
    load: async () => (await import('./doctor.js')).doctorCommand,
  },
  {
    name: 'build',
    summary: 'compile the native kernels from the sources in the package',
    load: async () => (await import('./build.js')).buildCommand,
  },
];

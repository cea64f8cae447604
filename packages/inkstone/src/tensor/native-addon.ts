/** Finds and loads the C++ addon. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { InkstoneError, InputError, VERSION } from '../system/index.js';
import type { KernelLibrary } from './kernel-library.js';

/** What `inkstone build` makes; from src/tensor and from dist/tensor alike. */
const COMPILED = fileURLToPath(new URL('../../build/Release/inkstone.node', import.meta.url));
/** The package with ready-made kernels, of which npm installs the one that fits. */
const READY_MADE = `inkstone-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;

const require = createRequire(import.meta.url);

interface Loaded {
  readonly addon: KernelLibrary;
  readonly path: string;
}

let loaded: Loaded | undefined;

/** The addon. Throws `NativeBackendUnavailableError` when there is none, InputError when it lacks INKSTONE_ISA. */
export const nativeAddon = (): KernelLibrary => load().addon;

/** The file that `nativeAddon` comes from; throws as it does. */
export const addonPath = (): string => load().path;

function load(): Loaded {
  if (loaded === undefined) {
    const found = find();
    checkInstructionSet(found.addon);
    loaded = found;
  }
  return loaded;
}

/** What was compiled here comes first: whoever did that wants it. */
function find(): Loaded {
  const reasons: string[] = [];
  for (const place of [compiled, readyMade]) {
    try {
      const path = place();
      return { addon: require(path) as KernelLibrary, path };
    } catch (error) {
      reasons.push((error as Error).message.split('\n')[0]!);
    }
  }
  throw new NativeBackendUnavailableError(reasons);
}

function compiled(): string {
  if (!existsSync(COMPILED)) throw new Error('none were compiled here');
  return COMPILED;
}

function readyMade(): string {
  let version: unknown;
  try {
    ({ version } = require(`${READY_MADE}/package.json`) as { version?: unknown });
  } catch {
    throw new Error(`the package ${READY_MADE} is not installed`);
  }
  // Kernels of another version take other arguments.
  if (version !== VERSION)
    throw new Error(`the package ${READY_MADE} has version ${version}, not ${VERSION}`);
  return require.resolve(READY_MADE);
}

/** An INKSTONE_ISA that this processor or this build lacks is told here, not by the first kernel. */
function checkInstructionSet(addon: KernelLibrary): void {
  try {
    addon.isa();
  } catch (cause) {
    throw new InputError((cause as Error).message.replace(/^isa: /, ''), { cause });
  }
}

/** There is no addon, or none that fits this machine; the reference backend still runs. */
export class NativeBackendUnavailableError extends InkstoneError {
  constructor(reasons: readonly string[]) {
    super(`the native kernels could not be loaded (npx inkstone build compiles them): ${reasons.join('; ')}`);
  }
}

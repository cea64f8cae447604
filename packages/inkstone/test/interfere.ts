/** Stands between a program and its files: what is done to a folder can be met by anything, at any call. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export const CHANGES = [
  'mkdirSync',
  'openSync',
  'writeFileSync',
  'renameSync',
  'symlinkSync',
  'unlinkSync',
  'rmdirSync',
  'utimesSync',
] as const;
export const LOOKS = ['readdirSync', 'lstatSync'] as const;
const calls = [...CHANGES, ...LOOKS];
export type Call = (typeof calls)[number];

const isForWriting = (flags: unknown): boolean =>
  typeof flags === 'number' ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0 : flags !== 'r';

/** `meet` is asked before each call on a path in the folder, and may throw. Undone by what is returned. */
export function interfere(folder: string, meet: (call: Call) => void): () => void {
  const originals = calls.map((name) => [name, fs[name]] as const);
  const mutable = fs as unknown as Record<string, unknown>;
  for (const [name, original] of originals) {
    mutable[name] = (...args: unknown[]) => {
      const isMet = args.some((argument) => String(argument).startsWith(folder));
      if (isMet && (name !== 'openSync' || isForWriting(args[1] ?? 'r'))) meet(name);
      return (original as (...all: unknown[]) => unknown)(...args);
    };
  }
  syncBuiltinESMExports();
  return () => {
    for (const [name, original] of originals) mutable[name] = original;
    syncBuiltinESMExports();
  };
}

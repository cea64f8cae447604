/** What `data=` may be: one record a layout and label format. To add one is a file here and a line in `READERS`. */
import type { z } from 'zod';
import { icdar } from './icdar.js';
import { json } from './json.js';
import { paddle } from './paddle.js';
import type { Reader } from './reader.js';
import { synthetic } from './synthetic.js';

const READERS = [icdar, paddle, json, synthetic] as const;

export type ReaderName = (typeof READERS)[number]['name'];

export const READER_NAMES = READERS.map(({ name }) => name);

/** Those that read what lies in a folder, and may be tried on one of which nothing is known. */
export const LABEL_FORMATS = READERS.filter((reader) => !('prepare' in reader)).map(({ name }) => name);

export function readerNamed(name: ReaderName): Reader {
  return READERS.find((reader) => reader.name === name) as Reader;
}

type Merged<Keys> = (Keys extends unknown ? (keys: Keys) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Keys of `data` that one reader or another reads. */
export const readerKeys = Object.assign({}, ...READERS.map(({ keys }) => keys)) as Merged<
  (typeof READERS)[number]['keys']
> &
  z.ZodRawShape;

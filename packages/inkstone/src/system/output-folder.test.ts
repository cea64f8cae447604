import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RunFileError } from './atomic-write.js';
import { prepareFolder } from './output-folder.js';

describe('prepareFolder', () => {
  it.runIf(existsSync('/proc/self'))('ends where no folder can be made', () => {
    expect(() => prepareFolder('/proc/inkstone/out')).toThrow(RunFileError);
  });
});

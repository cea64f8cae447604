import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../config/index.js';
import { InkstoneError } from '../system/index.js';
import { reportError } from './errors.js';

describe('reportError', () => {
  let printed = '';

  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      printed += text;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it('asks an error of ours for its exit code, and prints its one line', () => {
    expect(reportError(new ConfigError('trainer.max_epochs: must be at least 1'))).toBe(2);
    expect(reportError(new InkstoneError('the loss became NaN'))).toBe(1);
    expect(printed).toBe('error: trainer.max_epochs: must be at least 1\nerror: the loss became NaN\n');
  });

  it('takes any other error, and what is no error, for a failure', () => {
    expect(reportError(new TypeError('x is not a function'))).toBe(1);
    expect(reportError('out of paper')).toBe(1);
    expect(printed).toBe('error: x is not a function\nerror: out of paper\n');
  });

  it("prints nothing for commander's errors, which have been printed", () => {
    expect(reportError(new CommanderError(1, 'commander.unknownOption', 'unknown option'))).toBe(2);
    expect(printed).toBe('');
  });

  it('prints no control character of a name, and a line for each of several mistakes', () => {
    reportError(new ConfigError(['a\n: is \x1b[31mwrong', 'b: is wrong']));
    reportError(new Error("no such file 'x\r\x1b[2Jy\u202e'"));
    expect(printed).toBe(
      "error: a\\n: is \\x1b[31mwrong\nb: is wrong\nerror: no such file 'x\\r\\x1b[2Jy\\u202e'\n",
    );
  });

  it('prints the stack, under the name of its class, with INKSTONE_DEBUG=1', () => {
    vi.stubEnv('INKSTONE_DEBUG', '1');
    const error = new ConfigError('no such key');
    expect(error.name).toBe('ConfigError');
    reportError(error);
    expect(printed).toContain('errors.test.ts');
  });
});

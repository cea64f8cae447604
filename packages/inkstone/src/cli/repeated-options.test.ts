import { Command } from 'commander';
import { expect, it } from 'vitest';
import { positiveInteger } from './positive-integer.js';
import { refuseRepeatedOptions } from './repeated-options.js';
import { collect } from './run-training.js';

function parse(...words: string[]): unknown {
  const child = new Command('work')
    .option('--config <file>')
    .option('--count <n>', '', positiveInteger, 2)
    .option('--allow <names>', '', collect)
    .option('--verify <files...>')
    .option('--json')
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const program = new Command().addCommand(child);
  refuseRepeatedOptions(program);
  program.parse(['work', ...words], { from: 'user' });
  return child.opts();
}

it.each([
  ['--config', 'a.yaml'],
  ['--count', '3'],
])('refuses %s twice', (option, value) => {
  expect(() => parse(option, value, option, value)).toThrow(
    `error: ${option} is given twice; one of the two would not count`,
  );
});

it('takes what may be repeated, and what is given once', () => {
  expect(
    parse(
      '--config',
      'a',
      '--allow',
      'data',
      '--allow',
      'seed',
      '--verify',
      'x',
      '--verify',
      'y',
      '--json',
      '--json',
    ),
  ).toEqual({
    config: 'a',
    count: 2,
    allow: ['data', 'seed'],
    verify: ['x', 'y'],
    json: true,
  });
});

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { refuseEmptyValues } from './empty-values.js';

describe('refuseEmptyValues', () => {
  const command = (...words: string[]) =>
    new Command('look')
      .argument('[files...]')
      .option('--gt <path>')
      .option('--set <words...>')
      .option('--json')
      .parse(words, { from: 'user' });

  it.each([
    [['--gt', ''], '--gt is empty; is a shell variable in it not set?'],
    [['--set', 'a=1', ''], '--set is empty; is a shell variable in it not set?'],
    [['a.jpg', ''], 'an argument of look is empty; is a shell variable in it not set?'],
  ])('names %j', (words, message) => {
    expect(() => refuseEmptyValues(command(...words))).toThrow(message);
  });

  it('lets everything else through', () => {
    expect(() => refuseEmptyValues(command('a.jpg', '--gt', ' ', '--json'))).not.toThrow();
    expect(() => refuseEmptyValues(command())).not.toThrow();
  });
});

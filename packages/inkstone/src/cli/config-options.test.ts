import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { InputError } from '../system/index.js';
import { withConfigOptions } from './config-options.js';

function parse(...words: string[]): readonly string[] {
  let taken: readonly string[] = [];
  const command = withConfigOptions(new Command('train'))
    .option('--json', 'as JSON')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action((overrides: string[]) => {
      taken = overrides;
    });
  command.parse(words, { from: 'user' });
  return taken;
}

describe('withConfigOptions', () => {
  it('takes overrides and its own options in any order', () => {
    const words = ['a=1', '--json', '+b=2', '~c', '--config', 'x.yaml', 'd=-1'];
    expect(parse(...words)).toEqual(['a=1', '+b=2', '~c', 'd=-1']);
  });

  it('reads one file of settings, and forgets none of two', () => {
    expect(() => parse('--config', 'a.yaml', '--config', 'b.yaml')).toThrow(
      'one file is read, and a.yaml was given before it; put both into one',
    );
  });

  it.each([
    [['--epochs', '3'], 'there is no option --epochs; write trainer.max_epochs=3'],
    [['--epochs=3'], 'there is no option --epochs; write trainer.max_epochs=3'],
    [['--batch-size', '8'], 'there is no option --batch-size; write batch_size=8'],
    [['--trainer.max_epochs', '3'], 'there is no option --trainer.max_epochs; write trainer.max_epochs=3'],
    [['--set', 'a=1'], 'there is no option --set; leave it out, an override stands by itself here'],
    [['--lr'], 'there is no option --lr; write optimizer.lr=…'],
    [['--amp', 'data=icdar'], 'there is no option --amp; write trainer=fp16_safe'],
    [['--confg', 'x'], 'there is no option --confg; did you mean --config?'],
    [['--zzzzzzzzzz'], 'there is no option --zzzzzzzzzz; --help lists them'],
    [
      ['--epochs', '3', '--workers', '2'],
      'there is no option --epochs; write trainer.max_epochs=3\nthere is no option --workers; write data.num_workers=2',
    ],
  ])('says what to write for %s', (words, message) => {
    expect(() => parse(...words)).toThrow(new InputError(message.split('\n')));
  });
});

/** `inkstone init`: a configuration to start from, written after a look at the data. */
import { Command } from 'commander';
import { counted, printable, progressBar, writeResult } from '../system/index.js';
import { prepareFile } from './output-file.js';

interface InitArguments {
  readonly output: string;
  readonly overwrite?: boolean;
}

export function initCommand(): Command {
  return new Command('init')
    .description(
      'Finds out which labels a folder holds, looks at them and at the pictures, and writes a configuration with the image size,\n' +
        'shrink ratio and batch that suit them. Trains nothing.',
    )
    .argument('<folder>', 'the data set, or its label file')
    .option('--output <file>', 'where the configuration is written', 'inkstone.yaml')
    .option('--overwrite', 'replace the file if there is one')
    .action(async (folder: string, { output, overwrite = false }: InitArguments) => {
      prepareFile(output, overwrite);
      const { startingConfig } = await import('../studies/index.js');
      const { yaml, inspection } = await startingConfig(folder, progressBar('Looking at pictures'));
      writeResult(output, yaml, overwrite);
      const { splits, findings } = inspection;
      const pictures = splits
        .map(({ split, images }) => `${counted(images, 'picture')} in ${split}`)
        .join(', ');
      const lines = [
        `${output} is written: ${pictures}.`,
        findings.length === 0
          ? 'Nothing was found that is wrong with them.'
          : `${counted(findings.length, 'thing')} to look at first: inkstone inspect --config ${output}`,
        `Train with: inkstone train --config ${output}`,
      ];
      process.stdout.write(`${lines.map(printable).join('\n')}\n`);
    });
}

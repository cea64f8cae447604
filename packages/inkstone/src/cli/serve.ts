/** `inkstone serve`: a detector behind HTTP. */
import type { AddressInfo } from 'node:net';
import { Command, InvalidArgumentError } from 'commander';
import { openDetector } from '../runs/index.js';
import { detectionServer } from '../serving/index.js';
import { InputError, systemReason } from '../system/index.js';
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

export function serveCommand(): Command {
  return new Command('serve')
    .summary('find text over HTTP: POST /detect with an image, GET /health')
    .requiredOption('--model <path>', 'an exported .onnx file, a .safetensors file, or a run folder')
    .option('--port <n>', 'where to listen; 0: any free port', port, 8080)
    .option('--host <address>', 'who may call; 0.0.0.0: everybody', '127.0.0.1')
    .option('--places <n>', 'requests held at one time; more are answered with 503', positiveInteger, 16)
    .option('--max-megabytes <n>', 'largest image file', positiveInteger, 20)
    .option('--max-megapixels <n>', 'largest image', positiveInteger, 50)
    .option('--timeout <seconds>', 'in which a request must have arrived', positiveInteger, 30)
    .action(async ({ model, host, port, places, timeout, ...largest }: ServeArguments) => {
      const detector = await openDetector(model, { maxPixels: largest.maxMegapixels * MILLION });
      const server = detectionServer({
        detector,
        places,
        maxBytes: largest.maxMegabytes * MILLION,
        timeoutSeconds: timeout,
        onError: (error) => console.error(error),
      });
      await new Promise<void>((resolve, reject) => {
        server.once('listening', resolve);
        server.once('error', (error) => reject(cannotListen(host, port, error)));
        server.listen(port, host);
      });
      const address = server.address() as AddressInfo;
      console.log(`${model} answers at http://${host}:${address.port}/detect; Ctrl-C ends it`);
      // Requests that are inside are answered first.
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const)
          process.once(signal, () => server.close(() => resolve()));
      });
      await detector.dispose();
    });
}

function cannotListen(host: string, port: number, error: Error): InputError {
  return new InputError(
    `cannot listen at ${host}:${port}: ${systemReason(error)}; choose another --port or --host`,
  );
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError('expected a whole number from 0 to 65535');
  }
  return value;
}

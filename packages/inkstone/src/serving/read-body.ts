import type { IncomingMessage } from 'node:http';
import { bytes } from '../system/index.js';
import { RequestError } from './request-error.js';

/** The body in one piece. What is too large is not kept: Node reads on and throws it away, so that the client hears the answer. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new RequestError(413, `the image is larger than ${bytes(maxBytes)}`);
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        chunks.length = 0;
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('close', () => reject(new RequestError(400, 'the request ended before its image did')));
  });
}

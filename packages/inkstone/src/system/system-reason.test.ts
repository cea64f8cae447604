import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemReason } from './system-reason.js';

describe('systemReason', () => {
  it('says why nothing can listen at an address', async () => {
    const listen = (port: number, host: string) =>
      new Promise<{ server: ReturnType<typeof createServer>; error?: Error }>((resolve) => {
        const server = createServer();
        server.once('error', (error) => resolve({ server, error }));
        server.listen(port, host, () => resolve({ server }));
      });
    const { server } = await listen(0, '127.0.0.1');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(systemReason((await listen(port, '127.0.0.1')).error)).toBe('another program listens there');
    expect(systemReason((await listen(0, '203.0.113.1')).error)).toBe('this machine has no such address');
    server.close();
  });
});

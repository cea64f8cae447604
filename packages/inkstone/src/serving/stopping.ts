/** How a server ends while clients hold connections open: by itself, Node's waits for each of them. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * To be called before the server listens. The function that it returns ends the server: requests that have arrived are answered for
 * so many milliseconds at most, all other connections are closed at once, also those on which a request is still arriving.
 */
export function stopping(server: Server): (milliseconds: number) => Promise<void> {
  const sockets = new Set<Socket>();
  const exchanges = new Set<Exchange>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    const exchange = { request, response };
    exchanges.add(exchange);
    response.once('close', () => exchanges.delete(exchange));
  });
  return async (milliseconds) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const atWork = new Set<Socket>();
    for (const { request, response } of exchanges) {
      if (!request.complete) continue;
      atWork.add(request.socket);
      // No other request may follow on this connection.
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
    for (const socket of sockets) if (!atWork.has(socket)) socket.destroy();
    const timer = setTimeout(() => server.closeAllConnections(), milliseconds);
    await closed;
    clearTimeout(timer);
  };
}

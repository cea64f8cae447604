/** Hands bytes on, both ways: `node relay.mjs FROM TO`, each the path of a Unix socket or HOST:PORT. */
import { connect, createServer } from 'node:net';

const [from, to] = process.argv.slice(2).map((place) => {
  const [, host, port] = /^([\d.]+):(\d+)$/.exec(place) ?? [];
  return host === undefined ? { path: place } : { host, port: Number(port) };
});

const server = createServer((near) => {
  const reach = () => {
    const far = connect(to);
    far.once('connect', () => {
      for (const socket of [near, far]) socket.setNoDelay?.(true);
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
    });
    // The other end may not listen yet.
    far.once('error', () => setTimeout(reach, 20));
  };
  reach();
  near.on('error', () => {});
});
server.listen(from, () => console.log('ready'));

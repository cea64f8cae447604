/** A detector behind HTTP. Knows nothing of networks. */
export { detectionServer, type ServerOptions } from './server.js';
export { stopping } from './stopping.js';

/** `inkstone` as npm links it: it starts what the build has made. */
import { fileURLToPath } from 'node:url';

export const INKSTONE = fileURLToPath(new URL('../bin/inkstone.js', import.meta.url));

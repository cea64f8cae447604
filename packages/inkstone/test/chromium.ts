/** The browser of the tests that need one; without it they are left out. */
import { existsSync } from 'node:fs';

export const CHROME = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

import type { Context } from 'hono';
import type { z } from 'zod';
import { parseJson } from '../system/index.js';

/**
 * What the page has sent.
 *
 * @throws InputError when it is no JSON of that form
 */
export const readBody = async <T>(c: Context, schema: z.ZodType<T>): Promise<T> =>
  parseJson(await c.req.text(), schema, 'the request', 'load the page again');

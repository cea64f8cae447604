/**
 * Who may come in. A page that some other site has opened in the user's browser can send requests to this machine, so that an
 * address on loopback alone keeps nobody out.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

export interface GuardOptions {
  /** Stands in the address that the user opens; from then on in a cookie. */
  readonly token: string;
  /** Answer whatever name the server is called by. */
  readonly allowRemote: boolean;
}

const READS = ['GET', 'HEAD'];
/** What browsers say of requests that the user or this page has made. */
const OWN_SITES = ['same-origin', 'none', undefined];

/** Whether only this machine can mean that name. */
export const isLoopback = (host: string): boolean => /^(127\.0\.0\.1|localhost|::1|\[::1\])$/.test(host);

/** Lets nothing through but what the user's own page asks. */
export function guard(options: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    const refused = refusal(c, options);
    if (refused === undefined) return next();
    return c.json({ error: refused.why }, refused.status);
  };
}

function refusal(
  c: Context,
  { token, allowRemote }: GuardOptions,
): { readonly status: 401 | 403; readonly why: string } | undefined {
  const { hostname, origin, port } = new URL(c.req.url);
  // A name that an attacker makes lead here is not ours (DNS rebinding).
  if (!allowRemote && !isLoopback(hostname)) {
    return { status: 403, why: 'this server answers at 127.0.0.1 and localhost only' };
  }
  const isRead = READS.includes(c.req.method);
  if (!isRead && c.req.header('origin') !== origin) {
    return { status: 403, why: 'this request comes from another page' };
  }
  // Each port has a cookie of its own: browsers send cookies to every port of a machine.
  const cookie = `inkstone-ui-${port}`;
  const { pathname, searchParams } = new URL(c.req.url);
  if (isRead && pathname === '/' && isEqual(searchParams.get('token') ?? '', token)) {
    setCookie(c, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return undefined;
  }
  if (!OWN_SITES.includes(c.req.header('sec-fetch-site'))) {
    return { status: 403, why: 'this request comes from another site' };
  }
  if (isEqual(getCookie(c, cookie) ?? '', token)) return undefined;
  return { status: 401, why: 'open the address that inkstone ui has printed, with its token' };
}

/** Takes the same time wherever the two differ. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

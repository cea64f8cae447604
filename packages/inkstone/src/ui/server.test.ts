import { describe, expect, it } from 'vitest';
import { serveForTest, TOKEN } from './server.testing.js';

describe('the server of the page', () => {
  it('gives the page for the token, and from then on for the cookie that nothing else can read', async () => {
    const { ask, port } = await serveForTest();
    const first = await ask(`/?token=${TOKEN}`);
    expect([first.status, first.text]).toEqual([200, expect.stringContaining('<main id="main"')]);
    const [cookie] = first.headers['set-cookie']!;
    expect(cookie).toBe(`inkstone-ui-${port}=${TOKEN}; Path=/; HttpOnly; SameSite=Strict`);
    const script = await ask('/main.js', { headers: { cookie: cookie.split(';')[0]! } });
    expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
  });

  it.each([
    ['no token', '/', {}],
    ['a wrong token', '/?token=guess', {}],
    ['an empty token', '/?token=', {}],
    ['a token at another place', `/main.js?token=${TOKEN}`, {}],
    ['the cookie of another port', '/', { cookie: `inkstone-ui-1=${TOKEN}` }],
  ])('refuses %s', async (_, path, headers) => {
    const { ask } = await serveForTest();
    const { status, headers: answered } = await ask(path, { headers });
    expect([status, answered['set-cookie']]).toEqual([401, undefined]);
  });

  it('refuses a name that leads here but is not ours, with the right token too', async () => {
    const { ask, askAsPage, port } = await serveForTest();
    const host = `evil.example:${port}`;
    expect((await ask(`/?token=${TOKEN}`, { headers: { host } })).status).toBe(403);
    expect((await askAsPage('/', { headers: { host } })).status).toBe(403);
    expect((await askAsPage('/', { headers: { host: `localhost:${port}` } })).status).toBe(200);
    expect((await askAsPage('/', { headers: { host: `[::1]:${port}` } })).status).toBe(200);
  });

  it('answers to any name when others may call, and asks them for the token all the same', async () => {
    const { ask, port } = await serveForTest({ allowRemote: true });
    const headers = { host: `receipts.example:${port}` };
    expect((await ask(`/?token=${TOKEN}`, { headers })).status).toBe(200);
    expect((await ask('/', { headers })).status).toBe(401);
  });

  it('refuses what other pages send in the user’s browser', async () => {
    const { askAsPage, port } = await serveForTest();
    const write = (headers: Record<string, string>) => askAsPage('/api/any', { method: 'POST', headers });
    expect((await write({})).status).toBe(404);
    expect((await write({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await write({ origin: `http://127.0.0.1:${port + 1}` })).status).toBe(403);
    expect((await write({ origin: 'null' })).status).toBe(403);
    expect((await write({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await askAsPage('/', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  });

  it('opens from a link on another site, which has the token', async () => {
    const { ask } = await serveForTest();
    const { status } = await ask(`/?token=${TOKEN}`, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(status).toBe(200);
  });

  it('lets the page reach nothing but itself, and nobody frame it', async () => {
    const { askAsPage } = await serveForTest();
    const { headers } = await askAsPage('/');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2f..%2fpackage.json',
    '/index.html',
    '//etc/passwd',
  ])('has nothing at %s', async (path) => {
    const { askAsPage } = await serveForTest();
    expect((await askAsPage(path)).status).toBe(404);
  });

  it('refuses what is longer than anything that the page sends', async () => {
    const { askAsPage } = await serveForTest();
    const { status } = await askAsPage('/api/any', { method: 'POST', body: ' '.repeat(4e6 + 1) });
    expect(status).toBe(413);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from './backend.js';

/** Loads the module anew, without compiled kernels. */
async function withoutAddon(choice: string, wasm?: Pick<Backend, 'name'>) {
  vi.resetModules();
  vi.stubEnv('INKSTONE_BACKEND', choice);
  const { NativeBackendUnavailableError } = await import('./native-addon.js');
  const { WasmBackendUnavailableError } = await import('./wasm/library.js');
  vi.doMock('./native.js', () => ({
    loadNativeBackend: () => {
      throw new NativeBackendUnavailableError(['no addon here']);
    },
  }));
  vi.doMock('./wasm/node.js', () => ({
    nodeWasm: () => {
      if (wasm !== undefined) return { backend: wasm };
      throw new WasmBackendUnavailableError('no module here');
    },
  }));
  return import('./current.js');
}

afterEach(() => {
  vi.doUnmock('./native.js');
  vi.doUnmock('./wasm/node.js');
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('backend', () => {
  it('falls back to reference with one warning that says why', async () => {
    const { backend } = await withoutAddon('');
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    expect(backend().name).toBe('reference');
    backend();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /slow reference backend is used: .*no addon here; .*no module here$/,
    );
  });

  it('falls back to WebAssembly before that', async () => {
    const { backend } = await withoutAddon('', { name: 'wasm' });
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    expect(backend().name).toBe('wasm');
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/slower WebAssembly is used: .*no addon here$/)],
    ]);
  });

  it('is the reference without a warning when that was asked for', async () => {
    const { backend } = await withoutAddon('reference');
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    expect(backend().name).toBe('reference');
    expect(warn).not.toHaveBeenCalled();
  });

  it('does not fall back when a variable is wrong', async () => {
    for (const [name, value] of [
      ['INKSTONE_ISA', 'sse'],
      ['INKSTONE_THREADS', 'many'],
    ]) {
      const { backend } = await withoutAddon('');
      vi.stubEnv(name!, value);
      expect(() => backend()).toThrow(`${name}=${value}: use `);
      vi.unstubAllEnvs();
    }
  });

  it('fails when native was asked for and is not there, or the name is wrong', async () => {
    const native = await withoutAddon('native');
    expect(() => native.backend()).toThrow('no addon here');
    const wrong = await withoutAddon('cuda');
    expect(() => wrong.backend()).toThrow('INKSTONE_BACKEND=cuda: use native, wasm or reference');
  });
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const { missingPackages } = (await import(
  new URL('../../../scripts/complete-lock.mjs', import.meta.url).href
)) as {
  missingPackages(lock: unknown): readonly { name: string }[];
};

it('the lock file lists every platform’s packages, so that npm ci takes it (else run scripts/complete-lock.mjs)', () => {
  const lock = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8'));
  expect(missingPackages(lock).map(({ name }) => name)).toEqual([]);
});

it('nothing that is installed with Inkstone runs a script then', () => {
  const {
    packages,
  }: { packages: Record<string, { hasInstallScript?: true; dev?: true; devOptional?: true }> } = JSON.parse(
    readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8'),
  );
  const running = Object.entries(packages).filter(
    ([, { hasInstallScript, dev, devOptional }]) => hasInstallScript && !dev && !devOptional,
  );
  expect(running.map(([path]) => path)).toEqual([]);
});

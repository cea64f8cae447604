import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../system/index.js';
import { joinGroup } from './join-group.js';
import { MPI_ADDON } from './mpi-addon.js';
import { distributedSchema } from './options.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-join-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const AUTO = distributedSchema.parse({ timeout: 30 });

describe('joinGroup', () => {
  it.each([
    {},
    { OMPI_COMM_WORLD_SIZE: '1' },
    { PMI_SIZE: '1' },
    // A batch script of Slurm that starts the program without srun.
    { SLURM_NTASKS: '4', SLURM_PROCID: '0' },
  ])('is alone where nothing started it with others: %j', async (environment) => {
    expect(await joinGroup(AUTO, environment)).toBeUndefined();
  });

  it('is alone when told so, whatever started it', async () => {
    expect(await joinGroup({ ...AUTO, backend: 'none' }, { OMPI_COMM_WORLD_SIZE: '4' })).toBeUndefined();
  });

  it('meets others by sockets as the environment says', async () => {
    const environment = { INKSTONE_RANKS: '2', INKSTONE_RANKS_FOLDER: folder };
    const groups = await Promise.all(
      ['0', '1'].map((INKSTONE_RANK) => joinGroup(AUTO, { ...environment, INKSTONE_RANK })),
    );
    expect(groups.map((group) => [group?.rank, group?.size])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    await Promise.all(groups.map((group) => group?.close()));
  });

  it.each([
    { INKSTONE_RANKS: '2', INKSTONE_RANKS_FOLDER: '/tmp' },
    { INKSTONE_RANKS: '2', INKSTONE_RANK: '2', INKSTONE_RANKS_FOLDER: '/tmp' },
    { INKSTONE_RANKS: '2', INKSTONE_RANK: '0' },
  ])('says what is missing of a place among ranks: %j', async (environment) => {
    await expect(joinGroup(AUTO, environment)).rejects.toThrow(InputError);
    await expect(joinGroup(AUTO, environment)).rejects.toThrow(
      /^INKSTONE_RANKS=2 .* need the number of ranks/,
    );
  });

  it.skipIf(existsSync(MPI_ADDON))('says how to build the MPI addon where a launcher needs it', async () => {
    await expect(joinGroup(AUTO, { OMPI_COMM_WORLD_SIZE: '2' })).rejects.toThrow(
      /the MPI addon is not built: install .* inkstone build/,
    );
  });
});

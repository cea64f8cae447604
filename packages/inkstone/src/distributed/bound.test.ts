import { describe, expect, it } from 'vitest';
import { boundRank } from './bound.js';

const BOUND = { OMPI_MCA_orte_bound_at_launch: '1', OMPI_COMM_WORLD_LOCAL_SIZE: '1' };

describe('boundRank', () => {
  it('tells of a rank that has a part of its machine, and what to do', () => {
    expect(boundRank(BOUND, { allowed: 1, present: 16 })).toMatch(
      /^mpirun keeps a rank to 1 of the 16 processors .* mpirun --bind-to none /,
    );
  });

  it.each([
    ['no launcher bound it', {}, 1],
    ['its ranks have all of the machine', { ...BOUND, OMPI_COMM_WORLD_LOCAL_SIZE: '2' }, 8],
    ['it has all of the machine', BOUND, 16],
  ])('says nothing where %s', (_, environment, allowed) => {
    expect(boundRank(environment, { allowed, present: 16 })).toBeUndefined();
  });
});

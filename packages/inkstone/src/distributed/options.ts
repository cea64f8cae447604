/** What `distributed.*` may hold. */
import { z } from 'zod';

export const distributedSchema = z.strictObject({
  backend: z
    .enum(['auto', 'mpi', 'sockets', 'none'])
    .default('auto')
    .describe(
      'How the processes of a run reach each other. auto: as what started them says; none: this process trains alone, whatever started it.',
    ),
  wire: z
    .enum(['fp32', 'bf16'])
    .default('fp32')
    .describe(
      'How gradients travel. bf16 halves the bytes, and the bits of the result then depend on the number of processes.',
    ),
  timeout: z
    .number()
    .positive()
    .max(86_400)
    .default(300)
    .describe('Seconds after which a process that does not answer ends the run.'),
});

export type DistributedConfig = z.output<typeof distributedSchema>;

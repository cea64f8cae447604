/** The keys of `model.*` that decide which weights a DBNet has. */
import { z } from 'zod';
import { ignoring } from '../config/index.js';
import { ENCODERS, encoderSchema } from './encoders/index.js';
import { headSchema } from './heads/db.js';

/** Decoder and head had a `name` while there might have been several of them. */
const WITHOUT_CHOICE = ['name'];

const ownChannels = ENCODERS.map(({ name, innerChannels }) => `${innerChannels} with ${name}`).join(', ');

export const networkShape = {
  encoder: encoderSchema.describe('The network that turns an image into features.'),
  decoder: ignoring(
    WITHOUT_CHOICE,
    z.strictObject({
      inner_channels: z
        .int()
        .min(4)
        .max(1024)
        .multipleOf(4)
        .nullable()
        .default(null)
        .describe(`Channels of the feature pyramid; null: ${ownChannels}.`),
    }),
  )
    .prefault({})
    .describe('Joins the features of all sizes.'),
  head: ignoring(WITHOUT_CHOICE, headSchema).prefault({}).describe('Turns features into maps.'),
};

/** The part of `model.*` that decides which weights a network has. */
export const networkSchema = z.object(networkShape);

export type NetworkOptions = z.input<typeof networkSchema>;

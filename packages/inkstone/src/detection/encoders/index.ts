/** The encoders that `model.encoder.name` chooses among, the default first. A new one is a file and a line here. */
import { choiceSchema } from '../../config/index.js';
import { mobileNetV3Small050 } from './mobilenet_v3_small_050.js';
import { resNet18 } from './resnet18.js';

export const ENCODERS = [mobileNetV3Small050, resNet18] as const;

export type EncoderName = (typeof ENCODERS)[number]['name'];

export const encoderSchema = choiceSchema(ENCODERS);

/** A thread with a detector, which looks at the pictures that it is sent. */
import { workerData } from 'node:worker_threads';
import { loadCheckpointConfig, loadModel, PUBLISHED, predictImage } from '../../runs/index.js';
import { answerTasks } from '../../system/index.js';
import { CANDIDATE_SHARE, firstTexts } from './doubt.js';

/**
 * The published detector's boxes are a little tight as they are: `inkstone tune` chose 0.5 on drawn receipts, and on 60 others of
 * difficulty 1 that left 123 boxes to correct instead of 154.
 */
const PUBLISHED_BOXES = { shrink_ratio: 0.5 };

const { model } = workerData;
const { config } = loadCheckpointConfig(model);
const loaded = loadModel(model, config.model);
const { box_threshold } = config.model.postprocess;
const postprocess = {
  ...config.model.postprocess,
  ...(model === PUBLISHED && PUBLISHED_BOXES),
  box_threshold: box_threshold * CANDIDATE_SHARE,
};
const generous = { ...config, model: { ...config.model, postprocess } };

answerTasks(async (file: string) => {
  const { texts } = await predictImage(loaded, generous, file);
  return firstTexts(texts, box_threshold);
});

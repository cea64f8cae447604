/** A thread that renders the receipts it is sent, one after the other. */
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { type RenderTask, renderReceipt } from './render.js';

/** `null`: the receipt lies in its folder; else why it does not. */
export type RenderReply = { readonly error: Error | null };

// The pool already has a thread for each processor.
sharp.concurrency(1);

parentPort?.on('message', async (task: RenderTask) => {
  let error: Error | null = null;
  try {
    await renderReceipt(task);
  } catch (cause) {
    error = cause instanceof Error ? cause : new Error(String(cause));
  }
  parentPort?.postMessage({ error } satisfies RenderReply);
});

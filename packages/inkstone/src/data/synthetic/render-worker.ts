/** A thread that renders the receipts it is sent, one after the other. */
import sharp from 'sharp';
import { answerTasks } from '../../system/index.js';
import { renderReceipt } from './render.js';

// The pool already has a thread for each processor.
sharp.concurrency(1);
answerTasks(renderReceipt);

/** There is nothing to predict on. */
export class PredictError extends Error {
  override readonly name = 'PredictError';
}

const BYTES_PER_KILOBYTE = 1024;

/**
 * Highest resident set of this process, in bytes, as the kernel saw it: samples taken between batches would miss the peak
 * inside one.
 */
export function peakRss(): number {
  return process.resourceUsage().maxRSS * BYTES_PER_KILOBYTE;
}

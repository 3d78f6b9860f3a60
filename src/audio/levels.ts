// Loudness of 16-bit samples on the scale that telephony uses: 0 dBFS is the loudest square wave.

/** What digital silence is given as, instead of minus infinity. */
export const SILENCE_DBFS = -96

const FULL_SCALE = 32_768

/** The root-mean-square level in dBFS, never below `SILENCE_DBFS`. */
export function levelDbfs(samples: Int16Array): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0
    sum += sample * sample
  }
  if (sum === 0) return SILENCE_DBFS
  return Math.max(SILENCE_DBFS, 10 * Math.log10(sum / samples.length / (FULL_SCALE * FULL_SCALE)))
}

// The providers of speech that a configuration may name, each with its own options, and how much it may be
// asked.

import type { Limits } from '../speech/limits.ts'
import type { GoogleRecognizerOptions } from '../speech/providers/google-recognizer.ts'
import type { GoogleSynthesizerOptions } from '../speech/providers/google-synthesizer.ts'
import { decimal, flag, hostAndPort, name, oneOf, path, phrase, text, wholeNumber } from './rules.ts'
import { asPath, type Checked, choice, item, list, optional, required, section, setting } from './shape.ts'

export interface RecognizerConfiguration {
  readonly provider: 'google'
  readonly options: GoogleRecognizerOptions
  readonly limits: Limits
}

export interface SynthesizerConfiguration {
  readonly provider: 'google'
  readonly options: GoogleSynthesizerOptions
  readonly limits: Limits
}

const projectId = text("a project's id", { longest: 64, pattern: /^[a-z][\w.:-]*$/ })
const location = text('a region such as "eu"', { longest: 40, pattern: /^[a-z][a-z\d-]*$/ })
const label = text('a name of letters, digits, "_" and "-"', { longest: 100, pattern: /^[\w-]+$/ })

const googleAccess = {
  name: required(name, 'its name in logs and faults'),
  provider: required(oneOf('google'), 'whose service it is'),
  keyFile: asPath(
    optional(path, 'key file of a service account; `GOOGLE_APPLICATION_CREDENTIALS` when absent'),
  ),
  projectId: optional(projectId, "Google's project; the key file's when absent"),
  location: setting(location, 'global', 'region, which decides the host'),
  endpoint: optional(hostAndPort, "`host:port` in place of Google's own"),
  insecure: setting(flag, false, 'neither TLS nor credentials: local servers only'),
}

const googleRecognizer = section({
  ...googleAccess,
  model: setting(label, 'telephony', 'model of recognition'),
  punctuation: setting(flag, true, 'whether texts come with punctuation'),
  hintBoost: setting(decimal(0, 20), 10, 'how strongly hints are preferred'),
  openTimeoutMs: setting(wholeNumber(100, 60_000), 8_000, 'how long a stream may take to open'),
  finalTimeoutMs: setting(wholeNumber(100, 60_000), 1_500, 'how long the final text is waited for'),
  rotateAfterMs: setting(wholeNumber(10_000, 290_000), 240_000, 'age at which a stream is replaced'),
  streamsPerConnection: setting(wholeNumber(1, 100), 80, 'streams that share a connection'),
  maxConcurrent: setting(wholeNumber(1, 10_000), 100, 'utterances recognized at once'),
  maxWaiting: setting(wholeNumber(0, 10_000), 50, 'utterances that may wait for a turn'),
  maxWaitMs: setting(wholeNumber(0, 60_000), 1_000, 'how long one may wait'),
})

const googleSynthesizer = section({
  ...googleAccess,
  voice: setting(phrase(100), '', "voice where a profile names none; '' for Google's default"),
  sampleRate: setting(wholeNumber(8_000, 48_000), 8_000, 'samples per second'),
  speakingRate: setting(decimal(0.25, 2), 1, 'speed of the speech'),
  pitch: setting(decimal(-20, 20), 0, 'semitones up or down'),
  effectsProfile: list(item(label), { least: 0, most: 10 }, [], 'e.g. `telephony-class-application`'),
  timeoutMs: setting(wholeNumber(100, 60_000), 3_000, 'how long a sentence may take'),
  maxConcurrent: setting(wholeNumber(1, 10_000), 50, 'sentences synthesized at once'),
  perMinute: setting(wholeNumber(1, 1_000_000), 1_000, 'sentences begun in a minute'),
  maxWaiting: setting(wholeNumber(0, 10_000), 200, 'sentences that may wait for a turn'),
  maxWaitMs: setting(wholeNumber(0, 60_000), 2_000, 'how long one may wait'),
})

const builtIn = [{ name: 'google', provider: 'google' }]
/** Each is asked only when those before it fail: nobody has more of them. */
const COUNT = { least: 1, most: 16 }

export const speechSection = section({
  recognizers: list(
    choice('provider', { google: googleRecognizer }),
    COUNT,
    builtIn,
    'who recognizes, in the order of preference',
  ),
  synthesizers: list(
    choice('provider', { google: googleSynthesizer }),
    COUNT,
    builtIn,
    'who synthesizes, in the order of preference',
  ),
  promptsMaxMB: setting(wholeNumber(1, 1_000_000), 512, 'disk space for prompts that are kept, in megabytes'),
})

/** `credentials`: the key file of whoever names none. */
export function recognizerFrom(
  checked: Checked<typeof googleRecognizer>,
  credentials: string | undefined,
): RecognizerConfiguration {
  const { provider, maxConcurrent, maxWaiting, maxWaitMs, ...options } = checked
  return {
    provider,
    options: { ...options, keyFile: options.keyFile ?? credentials },
    limits: { atOnce: maxConcurrent, waiting: maxWaiting, maxWaitMs },
  }
}

/** `credentials`: the key file of whoever names none. */
export function synthesizerFrom(
  checked: Checked<typeof googleSynthesizer>,
  credentials: string | undefined,
): SynthesizerConfiguration {
  const { provider, maxConcurrent, perMinute, maxWaiting, maxWaitMs, voice, ...options } = checked
  return {
    provider,
    options: { ...options, voice: voice === '' ? undefined : voice, keyFile: options.keyFile ?? credentials },
    limits: {
      atOnce: maxConcurrent,
      starts: { most: perMinute, perMs: 60_000 },
      waiting: maxWaiting,
      maxWaitMs,
    },
  }
}

// What a request for recognition must say before its sound is listened to, and how its bytes become samples.

import { decodeG711 } from '../../../src/audio/g711.ts'
import { Resampler } from '../../../src/audio/resample.ts'
import { samplesOfBytes } from '../../../src/audio/wav.ts'
import { SAMPLE_RATE } from './features.ts'
import { type RecognizeRequest, Refusal, refusals } from './knobs.ts'

export interface Decoder {
  /** Samples at 8,000 Hz. */
  decode(bytes: Uint8Array): Int16Array
  seconds(bytes: Uint8Array): number
}

const RECOGNIZER = /^projects\/[^/]+\/locations\/[^/]+\/recognizers\/[^/]+$/

/** Throws `Refusal` where Google would refuse. */
export function checkedDecoder(
  recognizer: string | null | undefined,
  config: RecognizeRequest['config'],
): Decoder {
  if (!recognizer || !RECOGNIZER.test(recognizer))
    throw refuse('Invalid resource field value in the request: recognizer.')
  if (!config) throw refuse('Malformed request: no recognition config.')
  const decoding = config.explicitDecodingConfig
  // Google can also find out by itself, but only from a file's header: what comes from a telephone has none.
  if (!decoding) throw refuse('Malformed request: no explicit_decoding_config.')
  if (!config.languageCodes?.length) throw refuse('Malformed request: no language_codes.')
  if (!config.model) throw refuse('Malformed request: no model.')
  const { encoding, sampleRateHertz, audioChannelCount } = decoding
  if ((audioChannelCount ?? 1) > 1) throw refuse('This test server hears one channel only.')
  if (sampleRateHertz !== 8_000 && sampleRateHertz !== 16_000)
    throw refuse(`This test server hears no sound at ${sampleRateHertz} Hz.`)
  const resampler = new Resampler(sampleRateHertz, SAMPLE_RATE)
  const bring = (samples: Int16Array) => (sampleRateHertz === SAMPLE_RATE ? samples : resampler.push(samples))
  switch (encoding) {
    case 'LINEAR16':
      return { decode: linear16(bring), seconds: bytes => bytes.length / 2 / sampleRateHertz }
    case 'MULAW':
    case 'ALAW': {
      const law = encoding === 'MULAW' ? 'mu-law' : 'a-law'
      return {
        decode: bytes => bring(decodeG711(bytes, law)),
        seconds: bytes => bytes.length / sampleRateHertz,
      }
    }
    default:
      throw refuse('Malformed request: explicit_decoding_config without a known encoding.')
  }
}

/** A chunk may end in the middle of a sample. */
function linear16(bring: (samples: Int16Array) => Int16Array): (bytes: Uint8Array) => Int16Array {
  let odd = new Uint8Array(0)
  return bytes => {
    const all = odd.length > 0 ? Buffer.concat([odd, bytes]) : bytes
    odd = Uint8Array.from(all.subarray(all.length & ~1))
    return bring(samplesOfBytes(all))
  }
}

const refuse = (details: string) => new Refusal(refusals.invalid(details))

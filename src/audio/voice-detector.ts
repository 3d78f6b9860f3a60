// Does this frame sound like a voice? The WebRTC detector, one WebAssembly module for all calls; a detector is 744 bytes.

import loadFvad, { type FvadModule } from '@echogarden/fvad-wasm'

export interface VoiceDetector {
  /** For 20 ms of samples. Keeps a model of the line: every frame of a call has to be shown to it, in order. */
  isVoice(frame: Int16Array): boolean
  /** Frees it. After that every frame is none of a voice. */
  close(): void
}

/** The module could not give another detector, or refused the rate or a frame. */
export class VoiceDetectorFailed extends Error {
  override name = 'VoiceDetectorFailed'
}

/** The strictest: the others take steady noise for speech. */
const STRICTEST_MODE = 3
/** 20 ms at 48 kHz, the longest frame there is. */
const MAX_FRAME_SAMPLES = 960

export class VoiceDetectors {
  readonly #module: FvadModule
  readonly #frame: number

  private constructor(module: FvadModule) {
    this.#module = module
    this.#frame = module._malloc(2 * MAX_FRAME_SAMPLES)
  }

  static async load(): Promise<VoiceDetectors> {
    return new VoiceDetectors(await loadFvad())
  }

  /** For 8000, 16000, 32000 or 48000 samples a second. Throws `VoiceDetectorFailed`. */
  open(sampleRate: number, mode = STRICTEST_MODE): VoiceDetector {
    const module = this.#module
    const frame = this.#frame
    let handle = module._fvad_new()
    if (handle === 0) throw new VoiceDetectorFailed('no memory for another detector')
    if (module._fvad_set_sample_rate(handle, sampleRate) < 0 || module._fvad_set_mode(handle, mode) < 0) {
      module._fvad_free(handle)
      throw new VoiceDetectorFailed(`${sampleRate} samples a second in mode ${mode} are not detected`)
    }
    return {
      isVoice(samples) {
        if (handle === 0) return false
        if (samples.length > MAX_FRAME_SAMPLES) throw new VoiceDetectorFailed('the frame is too long')
        module.HEAP16.set(samples, frame >> 1)
        const verdict = module._fvad_process(handle, frame, samples.length)
        if (verdict < 0) throw new VoiceDetectorFailed(`a frame of ${samples.length} samples is refused`)
        return verdict === 1
      },
      close() {
        if (handle !== 0) module._fvad_free(handle)
        handle = 0
      },
    }
  }
}

// What of the WebRTC voice detector's WASM build is used here; the package ships no types.

declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    /** A view of the module's memory. Growth of the memory replaces it: read it anew each time. */
    readonly HEAP16: Int16Array
    _malloc(bytes: number): number
    _free(pointer: number): void
    /** A new detector, or 0 when memory is exhausted. */
    _fvad_new(): number
    _fvad_free(detector: number): void
    /** Also resets rate and mode. */
    _fvad_reset(detector: number): void
    /** 0, or -1 for a rate other than 8, 16, 32 or 48 kHz. */
    _fvad_set_sample_rate(detector: number, sampleRate: number): number
    /** 0, or -1 for a mode other than 0 (most is voice) to 3 (least is). */
    _fvad_set_mode(detector: number, mode: number): number
    /** 1 voice, 0 none, -1 for a length other than 10, 20 or 30 ms. */
    _fvad_process(detector: number, samples: number, length: number): number
  }
  export default function init(): Promise<FvadModule>
}

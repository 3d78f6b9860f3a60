// The part of the package's undocumented interface that voice.ts uses.

declare module '@echogarden/espeak-ng-emscripten' {
  export interface EspeakEvent {
    type: string
    /** Where in the text, counted in characters from 1. */
    text_position: number
    /** Milliseconds from the beginning of the sound. */
    audio_position: number
  }

  export interface EspeakWorker {
    set_voice(name: string): number
    /** Words per minute. */
    set_rate(rate: number): void
    /** 0 to 99. */
    set_pitch(pitch: number): void
    get_samplerate(): number
    synthesize(text: string, take: (samples: Int16Array, events: EspeakEvent[]) => boolean): void
  }

  export default function load(): Promise<{ eSpeakNGWorker: new () => EspeakWorker }>
}

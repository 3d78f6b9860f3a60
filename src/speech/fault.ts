// What a provider of speech did wrong, in one shape whoever the provider is.

/** `permanent`: as configured it can never work. `busy`: its quota is used up. `transient`: the next try may work. */
export type FaultKind = 'permanent' | 'busy' | 'transient'

export class SpeechFault extends Error {
  override name = 'SpeechFault'
  readonly provider: string
  readonly kind: FaultKind
  constructor(provider: string, kind: FaultKind, message: string, options?: { cause?: unknown }) {
    super(`${provider}: ${message}`, options)
    this.provider = provider
    this.kind = kind
  }
}

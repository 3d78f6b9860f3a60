// Collects what a recognizer reports, and waits for it.

import type { Hearing } from '../../src/speech/recognizer.ts'

export class Heard {
  readonly all: Hearing[] = []
  readonly #watchers = new Set<() => void>()

  readonly hear = (hearing: Hearing): void => {
    this.all.push(hearing)
    for (const watch of [...this.#watchers]) watch()
  }

  get last(): Hearing | undefined {
    return this.all.at(-1)
  }

  get types(): string[] {
    return this.all.map(hearing => hearing.type)
  }

  get texts(): string[] {
    return this.all.flatMap(hearing => ('text' in hearing ? [hearing.text] : []))
  }

  /** The hearing that ends the recognition. */
  async end(): Promise<Hearing> {
    return this.first(hearing => ['final', 'nothing', 'failed'].includes(hearing.type))
  }

  async partial(text: string): Promise<void> {
    await this.first(hearing => hearing.type === 'partial' && hearing.text === text)
  }

  first(matches: (hearing: Hearing) => boolean): Promise<Hearing> {
    return new Promise(resolve => {
      const look = () => {
        const found = this.all.find(matches)
        if (!found) return
        this.#watchers.delete(look)
        resolve(found)
      }
      this.#watchers.add(look)
      look()
    })
  }
}

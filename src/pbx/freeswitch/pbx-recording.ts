// The recording that the PBX itself makes of a call. It is never stopped, and masked only when somebody asks for it.

import { PbxError } from '../pbx.ts'
import { isRecordingPath, type RecordingCommands } from './recordings.ts'

type Headers = Readonly<Record<string, string>>

/** Set while it is masked: whoever has the call next must be able to take that back. */
export const MASKED_VARIABLE = 'parley_masked'

/**
 * Its file, as the channel tells it: `parley_pbx_recording` where a dialplan says so, else FusionPBX's
 * `record_path` and `record_name`. undefined when the call names none.
 */
export function pbxRecordingPath(channel: Headers): string | undefined {
  const {
    variable_parley_pbx_recording: named,
    variable_record_path: folder,
    variable_record_name: file,
  } = channel
  return named || (folder && file ? `${folder}/${file}` : undefined)
}

export class PbxRecording {
  readonly #commands: RecordingCommands
  readonly #path: string | undefined
  #masked = false

  constructor(commands: RecordingCommands, path: string | undefined) {
    this.#commands = commands
    this.#path = path
  }

  /** Rejects with PbxError when it cannot be masked, also because no such recording runs. */
  async setMasked(masked: boolean): Promise<void> {
    const path = this.#path
    if (path === undefined) return
    this.#masked = masked
    if (!isRecordingPath(path)) throw new PbxError("the PBX's recording has a name that cannot be said")
    // In one breath; the note comes first when masking and goes last when unmasking.
    const note = () => this.#commands.setVariables({ [MASKED_VARIABLE]: masked ? path : '' })
    const act = () => this.#commands.record(`${masked ? 'mask' : 'unmask'} ${path}`)
    const done = await Promise.allSettled(masked ? [note(), act()] : [act(), note()])
    for (const one of done) if (one.status === 'rejected') throw one.reason
  }

  /** The call goes elsewhere. Never rejects. */
  async letGo(): Promise<void> {
    if (this.#masked) await this.setMasked(false).catch(() => {}) // it has ended, and so has the silence in it
  }

  /** Takes back what an earlier owner of the call left masked: the value of the variable tells. */
  async unmaskInherited(left: string): Promise<void> {
    if (!isRecordingPath(left)) return
    // One that has ended by itself is refused, which does no harm.
    await Promise.allSettled([this.#commands.record(`unmask ${left}`)])
    await this.#commands.setVariables({ [MASKED_VARIABLE]: '' })
  }
}

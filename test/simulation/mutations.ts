// Deliberate bugs: each takes away one thing that the daemon must do. A simulation that does not find them looks away.

export interface Mutation {
  name: string
  /** Relative to src. */
  file: string
  find: string
  replace: string
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'events of an old turn count',
    file: 'call/dialogue.ts',
    find: "if ('turn' in event && event.turn !== null && event.turn !== dialogue.turn) return [dialogue, []]",
    replace: '',
  },
  {
    name: 'speaking goes on while the caller holds us',
    file: 'call/call.ts',
    find: 'this.#speaker.hold()',
    replace: '',
  },
  {
    name: 'the assistant speaks on when the caller interrupts',
    file: 'call/dialogue/hearing.ts',
    find: "[{ ...d, phase: { is: 'interrupted', speech: phase } }, [{ type: 'hush' }]]",
    replace: "[{ ...d, phase: { is: 'interrupted', speech: phase } }, []]",
  },
  {
    name: 'a call that lost its daemon is a new one',
    file: 'call/recollection.ts',
    find: 'if (this.#ended && isFinal(this.#ended)) return undefined',
    replace: 'return undefined',
  },
  {
    name: 'recordings hear what is keyed in confidence',
    file: 'call/keeper.ts',
    find: "leg.setMasked('ours', masked)",
    replace: 'Promise.resolve()',
  },
  {
    name: 'the journal is written after what it tells of',
    file: 'call/note.ts',
    find: 'this.#parts.journal.write({',
    replace: ';((line) => queueMicrotask(() => this.#parts.journal.write(line)))({',
  },
  {
    name: 'a timer is not stopped',
    file: 'call/timers.ts',
    find: 'for (const timer of this.#running.values()) timer.cancel()',
    replace: '',
  },
  {
    name: 'the silence timer is not started',
    file: 'call/dialogue/leaving.ts',
    find: "[...listenFor(expectation), { type: 'startTimer', name: 'silence', turn: d.turn, ms }],",
    replace: '[...listenFor(expectation)],',
  },
  {
    name: 'a recording that was replaced is not deleted',
    file: 'audio/following.ts',
    find: 'this.#options.keep ? file.close() : file.discard()',
    replace: 'file.close()',
  },
  {
    name: 'two prompts play one inside the other',
    file: 'esl/command.ts',
    find: "'event-lock': 'true'",
    replace: "'event-lock': 'false'",
  },
  {
    name: 'a recognition is not cancelled',
    file: 'call/hearkening.ts',
    find: `    this.#state = { is: 'over' }
    this.#recognition?.cancel()`,
    replace: "    this.#state = { is: 'over' }",
  },
  {
    name: 'the end is written before what led to it',
    file: 'call/note.ts',
    find: 'const sinceStart = Math.round(',
    replace: "const sinceStart = entry.type === 'ended' ? 0 : Math.round(",
  },
  {
    name: 'a call ends twice',
    file: 'call/call.ts',
    find: "this.#notes.write({ type: 'ended', ending })",
    replace: "for (const _ of [1, 2]) this.#notes.write({ type: 'ended', ending })",
  },
  {
    name: 'the dialplan is left on by a transfer',
    file: 'pbx/freeswitch/leg.ts',
    find: "await this.#commands.setVariables({ socket_resume: 'false' })\n      await this.#commands.api",
    replace: 'await this.#commands.api',
  },
  {
    name: 'a lost connection is not told to the call',
    file: 'pbx/freeswitch/leg.ts',
    find: 'if (end) this.#finish(end)',
    replace: '',
  },
  {
    name: 'recordings of a dead daemon go on',
    file: 'pbx/freeswitch/leg.ts',
    find: 'if (left) await this.#recordings.stopInherited(left)',
    replace: '',
  },
]

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
    find: 'if (this.#ended && isFinal(this.#ended) && !isSentBack) return undefined',
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
    find: 'return this.#finish(endOnLoss(this.#state, incoming.error))',
    replace: 'return',
  },
  {
    name: 'recordings of a dead daemon go on',
    file: 'pbx/freeswitch/leg.ts',
    find: 'if (left) await this.#recordings.stopInherited(left)',
    replace: '',
  },
  {
    name: 'whoever is being briefed is forgotten when nobody needs them',
    file: 'call/transfer/ladder.ts',
    find: "parts.dismiss(leg, said.is === 'accepted' ||",
    replace: "if (said.is !== 'withdrawn') parts.dismiss(leg, said.is === 'accepted' ||",
  },
  {
    name: 'phones ring on when they are not needed',
    file: 'pbx/freeswitch/dialling.ts',
    find: 'for (const leg of this.#legs) this.#host.kill(leg)',
    replace: '',
  },
  {
    name: 'an agent is briefed on when the caller leaves',
    file: 'call/transfer/interview.ts',
    find: "const withdraw = () => this.#decide({ is: 'withdrawn' })",
    replace: 'const withdraw = () => {}',
  },
  {
    name: 'an agent who has not taken the call is kept on the line',
    file: 'call/transfer/dismissal.ts',
    find: "if (how === 'at once' || scope.isOver) return void hangUp()",
    replace: "if (how === 'at once' || scope.isOver) return",
  },
  {
    name: 'two of a rung take the same call',
    file: 'call/transfer/ladder.ts',
    find: 'if (this.#won || this.#controller.signal.aborted) return false',
    replace: '',
  },
  {
    name: 'a talk is torn apart by the end of the daemon',
    file: 'call/transfer/meeting.ts',
    find: 'await caller.setTalking(true)',
    replace: '',
  },
  {
    name: 'the agent stays in the room when the caller leaves',
    file: 'pbx/freeswitch/arguments.ts',
    find: "caller: 'endconf|dist-dtmf'",
    replace: "caller: 'dist-dtmf'",
  },
  {
    name: 'the caller stays in the room when the agent leaves',
    file: 'pbx/freeswitch/arguments.ts',
    find: "agent: 'endconf|dist-dtmf'",
    replace: "agent: 'dist-dtmf'",
  },
  {
    name: 'the end of the room is the end of the call',
    file: 'pbx/freeswitch/visits.ts',
    find: "commands.setVariables({ hangup_after_conference: 'false' })",
    replace: 'Promise.resolve()',
  },
  {
    name: 'the music goes on when the wait is over',
    file: 'call/transfer/music.ts',
    find: "if (before.is === 'playing') this.#hush()",
    replace: '',
  },
  {
    name: 'who waits hears nothing',
    file: 'call/transfer/music.ts',
    find: 'else this.#play()',
    replace: '',
  },
  {
    name: 'what becomes of a transfer is told twice',
    file: 'call/transfer/transfer.ts',
    find: "    this.#tell('completed')\n",
    replace: "    this.#tell('completed')\n    this.#tell('completed')\n",
  },
  {
    name: 'nobody hears that a talk is over',
    file: 'call/transfer/transfer.ts',
    find: "    post({ type: 'talkEnded', atMs: clock.now() })\n",
    replace: '',
  },
  {
    name: 'an engine may have any number dialled',
    file: 'call/transfer/resolve.ts',
    find: 'patterns.find(one => fits(one.pattern, number))',
    replace: 'patterns[0]',
  },
  {
    name: 'a new daemon leaves the phones ringing that the last one rang',
    file: 'pbx/freeswitch/orphans.ts',
    find: "else if (!leg.answered || leg.is.startsWith('agent:')) await end(search, leg)",
    replace: '',
  },
  {
    name: 'a new daemon ends the talks that outlived the last one',
    file: 'pbx/freeswitch/orphans.ts',
    find: 'if (inTalk.has(leg.id)) callIds.add(leg.owner.callId)',
    replace: 'if (false) callIds.add(leg.owner.callId)',
  },
  {
    name: 'callers meet agents in the middle of the announcement',
    file: 'call/dialogue/transferring.ts',
    find: "return d.phase.is === 'waiting' ? meet(d, ready) : [withTransfer(d, ready), []]",
    replace: 'return meet(d, ready)',
  },
]

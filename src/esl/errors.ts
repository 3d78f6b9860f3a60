// The ways the Event Socket fails, one class each, so that callers can tell them apart without reading
// messages.

/**
 * A value that must not go onto the wire as it would become a second header or command. Nothing has been
 * written.
 */
export class UnsafeValue extends Error {
  override name = 'UnsafeValue'
}

/** Why a connection is over. */
export type LossReason =
  /** We closed it. */
  | 'ended by us'
  /** The peer closed it. */
  | 'closed'
  /** The operating system reports an error. */
  | 'socket error'
  /**
   * An awaited reply did not come in time: as replies carry no id, every later one would answer the wrong
   * question.
   */
  | 'reply overdue'
  /** What came is no Event Socket stream. */
  | 'garbage'
  /** The peer does not read what we write. */
  | 'not reading'
  /** Our own code failed on what came in. */
  | 'fault'

/** The peer did what no switch does. Its fault and not ours: it is told without a stack. */
export class ProtocolFault extends Error {
  override name = 'ProtocolFault'
}

/** The connection is over; whatever waited on it settles with this. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost'
  readonly reason: LossReason
  constructor(reason: LossReason, options: { cause?: unknown; detail?: string } = {}) {
    const message = options.detail ? `event socket: ${reason}, ${options.detail}` : `event socket: ${reason}`
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.reason = reason
  }
}

/** The switch answered `-ERR`, `-USAGE` or the like. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
  /** The command's first words, without its values. */
  readonly command: string
  /** What the switch said, as it said it. */
  readonly answer: string
  constructor(command: string, answer: string) {
    super(`the switch refused ${command}`)
    this.command = command
    this.answer = answer
  }
}

/** The listener cannot have its address. The message is one sentence for the operator. */
export class ListenFailed extends Error {
  override name = 'ListenFailed'
}

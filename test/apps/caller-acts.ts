// What a caller at the terminal can do, and how they write it.

export type Act =
  | { does: 'says'; text: string }
  /** Into the assistant's words. */
  | { does: 'interrupts'; text: string }
  | { does: 'presses'; digits: string }
  | { does: 'isSilent'; ms: number }
  | { does: 'holds' }
  | { does: 'unholds' }
  | { does: 'hangsUp' }
  | { does: 'cutsTheLine' }
  | { does: 'saves'; path: string }
  | { does: 'asksForHelp' }
  | { does: 'errs'; why: string }

export const actsHelp = `  any text            is said; while the assistant speaks, it interrupts
  /press 12#          presses keys; w is half a second of nothing
  /interrupt TEXT     in a script: is said into the assistant's next words
  /silent 5           does nothing for so many seconds
  /hold, /unhold      puts the assistant on hold, and comes back
  /hangup             hangs up (so does Ctrl-D)
  /cut                the connection between switch and daemon breaks
  /save FILE.wav      the call so far: caller left, assistant right
  /help               this`

/** About 20 s of speech: nobody says more without a pause, and the local recognizer could not follow. */
const MAX_TEXT_LENGTH = 250
const MAX_SILENCE_SECONDS = 3_600

/** Undefined for an empty line, and for a comment (`# …`). */
export function readAct(line: string): Act | undefined {
  const text = line.trim().replace(/\s+/g, ' ')
  if (text === '' || text.startsWith('#')) return undefined
  if (!text.startsWith('/')) return speech('says', text)
  const [, name = '', rest = ''] = /^\/(\S*) ?(.*)$/.exec(text) ?? []
  switch (name) {
    case 'press':
      if (!/^[0-9*#w]{1,100}$/i.test(rest)) return errs('/press takes digits, *, # and w, like /press 12#')
      return { does: 'presses', digits: rest.toLowerCase() }
    case 'interrupt':
      return speech('interrupts', rest)
    case 'silent': {
      const seconds = Number(rest || '5')
      if (!(seconds > 0 && seconds <= MAX_SILENCE_SECONDS))
        return errs('/silent takes seconds, like /silent 5')
      return { does: 'isSilent', ms: seconds * 1_000 }
    }
    case 'save':
      return rest === '' ? errs('/save takes a file, like /save call.wav') : { does: 'saves', path: rest }
    case 'hold':
      return { does: 'holds' }
    case 'unhold':
      return { does: 'unholds' }
    case 'hangup':
      return { does: 'hangsUp' }
    case 'cut':
      return { does: 'cutsTheLine' }
    case 'help':
      return { does: 'asksForHelp' }
    default:
      return errs(`/${name} is not known; /help shows what is`)
  }
}

function speech(does: 'says' | 'interrupts', text: string): Act {
  if (!/[\p{L}\p{N}]/u.test(text)) return errs('there is nothing to say in this')
  if (text.length > MAX_TEXT_LENGTH) return errs(`more than ${MAX_TEXT_LENGTH} characters: say it in parts`)
  return { does, text }
}

function errs(why: string): Act {
  return { does: 'errs', why }
}

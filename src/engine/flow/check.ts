// What a well-formed flow can still get wrong: names that lead nowhere, states that nobody reaches or
// leaves, keys used twice.

import type {
  FlowDocument,
  OptionDocument,
  RetryDocument,
  SpokenDocument,
  StateDocument,
} from './document.ts'
import { templateParts } from './template.ts'
import { plainWords } from './words.ts'

/** A document of which only the states may be there, because the rest is malformed. */
type Checked = Pick<FlowDocument, 'states'> & Partial<FlowDocument>

interface Reference {
  path: string
  state: string
}

/** `names`: of all states, also malformed ones. `whole`: nothing is missing, so that ways can be followed. */
export function semanticFaults(document: Checked, names: ReadonlySet<string>, whole: boolean): string[] {
  const faults: string[] = []
  for (const { path, state } of references(document)) {
    if (!names.has(state)) faults.push(`${path}: there is no state "${state}".`)
  }
  for (const [name, state] of document.states) {
    const path = `states.${name}`
    faults.push(...shapeFaults(path, state, document), ...optionFaults(`${path}.on`, state.on ?? []))
  }
  faults.push(...globalFaults(document), ...slotFaults(document, whole))
  if (whole && faults.length === 0) faults.push(...wayFaults(document))
  return faults
}

const isListening = (state: StateDocument) => state.on !== undefined || state.slot !== undefined

function shapeFaults(path: string, state: StateDocument, document: Checked): string[] {
  const faults: string[] = []
  // Where the rest of the flow is malformed, what it gives to all states is unknown.
  const hasRoot = document.start !== undefined
  const ways = [
    ...(isListening(state) ? ['listen (on, slot)'] : []),
    ...(['goto', 'transfer', 'end'] as const).filter(key => state[key] !== undefined),
  ]
  if (ways.length === 0) faults.push(`${path}: has no way out: it needs on, slot, goto, transfer or end.`)
  if (ways.length > 1) faults.push(`${path}: can only do one of ${ways.join(', ')}.`)
  for (const key of ['ask', 'listen', 'otherwise', 'silence'] as const) {
    if (state[key] && !isListening(state))
      faults.push(`${path}.${key}: only means something with on or slot.`)
  }
  for (const key of ['brief', 'transferFailed', 'transferWithdrawn', 'transferDone'] as const) {
    if (state[key] && state.transfer === undefined) {
      faults.push(`${path}.${key}: only means something with transfer.`)
    }
  }
  if (isListening(state) && !state.otherwise && hasRoot && !document.otherwise) {
    faults.push(`${path}.otherwise: is missing, here and for the whole flow.`)
  }
  if (isListening(state) && !state.say && !state.ask)
    faults.push(`${path}: listens without having said anything: it needs say or ask.`)
  if (state.listen?.confidential && !state.slot?.digits && !(state.on ?? []).some(({ digits }) => digits))
    faults.push(
      `${path}.listen.confidential: nobody is heard there: it needs a slot of digits, or digits in on.`,
    )
  if (state.transfer !== undefined && !state.transferFailed && hasRoot && !document.transferFailed) {
    faults.push(`${path}.transferFailed: is missing, here and for the whole flow.`)
  }
  return [...faults, ...slotShapeFaults(`${path}.slot`, state.slot)]
}

function slotShapeFaults(path: string, slot: StateDocument['slot']): string[] {
  if (!slot) return []
  const kinds = (['digits', 'pattern', 'text'] as const).filter(kind => slot[kind] !== undefined)
  if (kinds.length !== 1) return [`${path}: needs exactly one of digits, pattern and text.`]
  if (typeof slot.digits === 'object' && slot.digits.from > slot.digits.to) {
    return [`${path}.digits: from must not be above to.`]
  }
  return []
}

function optionFaults(path: string, options: readonly Omit<OptionDocument, 'goto'>[]): string[] {
  const faults: string[] = []
  const seen = new Map<string, string>()
  const use = (what: string, key: string, at: string) => {
    const before = seen.get(`${what} ${key}`)
    if (before !== undefined) faults.push(`${at}: the ${what} "${key}" leads on from ${before} already.`)
    else seen.set(`${what} ${key}`, at)
  }
  for (const [i, { phrases, digits }] of options.entries()) {
    if (!phrases && digits === undefined) faults.push(`${path}.${i}: needs phrases or digits.`)
    if (digits !== undefined) use('key', digits, `${path}.${i}.digits`)
    for (const [j, phrase] of (phrases ?? []).entries()) {
      const words = plainWords(phrase)
      if (words.length === 0) faults.push(`${path}.${i}.phrases.${j}: has no word in it.`)
      else use('phrase', words.join(' '), `${path}.${i}.phrases.${j}`)
    }
  }
  return faults
}

function globalFaults({ global = [] }: Checked): string[] {
  const faults = optionFaults('global', global)
  for (const [i, { goto, repeat }] of global.entries()) {
    if ((goto === undefined) === (repeat === undefined)) {
      faults.push(`global.${i}: needs exactly one of goto and repeat.`)
    }
  }
  return faults
}

function slotFaults(document: Checked, whole: boolean): string[] {
  const filled = new Set([...document.states.values()].flatMap(({ slot }) => slot?.name ?? []))
  const faults: string[] = []
  for (const [path, text] of texts(document)) {
    const { slots, rest } = templateParts(text)
    if (/[{}]/.test(rest)) faults.push(`${path}: a gap is written {slot} or {slot:digits}.`)
    // A malformed state may be the one that fills it.
    if (!whole) continue
    for (const slot of slots) if (!filled.has(slot)) faults.push(`${path}: no state fills a slot "${slot}".`)
  }
  return faults
}

function* texts(document: Checked): Iterable<[string, string]> {
  yield* spokenTexts('resume', document.resume)
  yield* spokenTexts('otherwise.say', document.otherwise?.say)
  yield* spokenTexts('silence.say', document.silence?.say)
  for (const [name, state] of document.states) {
    const path = `states.${name}`
    yield* spokenTexts(`${path}.say`, state.say)
    yield* spokenTexts(`${path}.ask`, state.ask)
    yield* spokenTexts(`${path}.otherwise.say`, state.otherwise?.say)
    yield* spokenTexts(`${path}.silence.say`, state.silence?.say)
  }
}

function* spokenTexts(path: string, spoken: SpokenDocument | undefined): Iterable<[string, string]> {
  for (const [i, piece] of (spoken ?? []).entries())
    if (typeof piece === 'string') yield [`${path}.${i}`, piece]
}

function* references(document: Checked): Iterable<Reference> {
  if (document.start !== undefined) yield { path: 'start', state: document.start }
  for (const [i, { goto }] of (document.global ?? []).entries()) {
    if (goto !== undefined) yield { path: `global.${i}.goto`, state: goto }
  }
  if (document.transferFailed !== undefined) yield { path: 'transferFailed', state: document.transferFailed }
  yield* retryReferences('', document)
  for (const [name, state] of document.states) yield* stateReferences(`states.${name}.`, state)
}

function* stateReferences(path: string, state: StateDocument): Iterable<Reference> {
  for (const [i, { goto }] of (state.on ?? []).entries()) yield { path: `${path}on.${i}.goto`, state: goto }
  if (state.slot) yield { path: `${path}slot.goto`, state: state.slot.goto }
  yield* retryReferences(path, state)
  for (const key of ['goto', 'transferFailed', 'transferWithdrawn', 'transferDone'] as const) {
    const target = state[key]
    if (target !== undefined) yield { path: `${path}${key}`, state: target }
  }
}

function* retryReferences(
  path: string,
  { otherwise, silence }: { otherwise?: RetryDocument | undefined; silence?: RetryDocument | undefined },
): Iterable<Reference> {
  if (otherwise) yield { path: `${path}otherwise.goto`, state: otherwise.goto }
  if (silence) yield { path: `${path}silence.goto`, state: silence.goto }
}

/** Where each state leads, through its own ways and those that hold everywhere. */
function ways(document: Checked): Map<string, Set<string>> {
  const everywhere = [
    ...(document.global ?? []).flatMap(({ goto }) => goto ?? []),
    ...[...retryReferences('', document)].map(({ state }) => state),
  ]
  const result = new Map<string, Set<string>>()
  for (const [name, state] of document.states) {
    const targets = new Set([...stateReferences('', state)].map(reference => reference.state))
    if (isListening(state)) for (const target of everywhere) targets.add(target)
    if (state.transfer !== undefined && document.transferFailed !== undefined)
      targets.add(document.transferFailed)
    result.set(name, targets)
  }
  return result
}

function wayFaults(document: Checked): string[] {
  const edges = ways(document)
  const reached = closure([document.start ?? ''], name => edges.get(name) ?? [])
  const faults = [...document.states.keys()]
    .filter(name => !reached.has(name))
    .map(name => `states.${name}: no way leads here.`)
  const back = new Map<string, string[]>()
  for (const [from, targets] of edges) {
    for (const to of targets) back.set(to, [...(back.get(to) ?? []), from])
  }
  const exits = [...document.states].filter(
    ([, { end, transfer }]) => end !== undefined || transfer !== undefined,
  )
  const leaving = closure(
    exits.map(([name]) => name),
    name => back.get(name) ?? [],
  )
  for (const name of document.states.keys()) {
    if (endlessGoto(name, document))
      faults.push(`states.${name}.goto: leads in a circle without ever listening.`)
    else if (!leaving.has(name))
      faults.push(`states.${name}: no way leads from here to an end or a transfer.`)
  }
  return faults
}

function endlessGoto(name: string, { states }: Checked): boolean {
  const passed = new Set<string>()
  for (let at: string | undefined = name; at !== undefined; at = states.get(at)?.goto) {
    if (passed.has(at)) return true
    passed.add(at)
  }
  return false
}

function closure(from: readonly string[], next: (name: string) => Iterable<string>): Set<string> {
  const found = new Set(from)
  for (const name of found) for (const target of next(name)) found.add(target)
  return found
}

// `npm run bench -- NAME`: measures, prints a table, and as its last line one JSON object.

import { benchEndOfTurn } from './end-of-turn.ts'
import { benchJournal } from './journal.ts'
import { benchOverload } from './overload.ts'
import { benchStart } from './start.ts'
import { benchTurn } from './turn.ts'

const benches: Record<string, () => Promise<object>> = {
  start: benchStart,
  'end-of-turn': benchEndOfTurn,
  journal: benchJournal,
  overload: benchOverload,
  turn: benchTurn,
}

const name = process.argv[2] ?? ''
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
if (bench) console.log(JSON.stringify(await bench()))
else {
  console.error(`There is no bench called “${name}”. There are: ${Object.keys(benches).join(', ')}.`)
  process.exitCode = 2
}

// `npm run bench -- NAME`: measures, prints a table, and as its last line one JSON object.

import { benchStart } from './start.ts'

const benches: Record<string, () => Promise<object>> = { start: benchStart }

const name = process.argv[2] ?? ''
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
if (bench) console.log(JSON.stringify(await bench()))
else {
  console.error(`There is no bench called “${name}”. There are: ${Object.keys(benches).join(', ')}.`)
  process.exitCode = 2
}

// The whole configuration, section by section.

import { destinationsShape } from './destinations.ts'
import { enginesShape } from './engines.ts'
import { profilesShape } from './profiles.ts'
import {
  flag,
  host,
  network,
  oneOf,
  password,
  path,
  switchPath,
  switchPathOrNone,
  token,
  variableName,
  wholeNumber,
} from './rules.ts'
import { asPath, type Checked, found, item, list, optional, section, setting } from './shape.ts'
import { speechSection } from './speech.ts'
import { callsOutSection, transferSection } from './transfer.ts'

export const schema = section({
  listener: section({
    host: setting(host, '127.0.0.1', 'address on which the switch is awaited'),
    port: setting(wholeNumber(1, 65_535), 8_084, 'its port'),
    allow: list(
      item(network),
      { least: 1, most: 1_000 },
      ['127.0.0.1/32', '::1/128'],
      'networks a switch may connect from',
    ),
    maxConnections: setting(wholeNumber(1, 100_000), 2_000, 'connections of the switch at once'),
  }),
  control: section({
    host: setting(host, '127.0.0.1', "address of the switch's Event Socket"),
    port: setting(wholeNumber(1, 65_535), 8_021, 'its port'),
    password: setting(password, 'ClueCon', 'its password'),
  }),
  web: section({
    enabled: setting(flag, true, 'whether there is an API'),
    host: setting(host, '127.0.0.1', 'address of the API; another than loopback needs a token'),
    port: setting(wholeNumber(1, 65_535), 8_085, 'its port'),
    token: optional(
      token,
      'who has it may use the API; when absent a random one, in `<state.dir>/api-token`',
    ),
    tokenEnv: optional(variableName, 'environment variable that holds the token'),
  }),
  spool: section({
    dir: setting(switchPath, '/dev/shm/parley', 'memory file system that the switch shares with us'),
  }),
  state: section({
    dir: asPath(
      found(
        path,
        '`$STATE_DIRECTORY`, else `/var/lib/parley` for root, else `./.parley`',
        'journals and prompts',
      ),
    ),
  }),
  calls: section({
    max: setting(wholeNumber(1, 100_000), 200, 'calls at once; one more goes to people'),
    maxMinutes: setting(wholeNumber(1, 1_440), 60, 'the longest call, in minutes'),
    resumeWithinMs: setting(
      wholeNumber(0, 600_000),
      30_000,
      'a call that comes back to a restarted daemon so soon goes on where it was; 0 for never',
    ),
    maxLoopDelayMs: setting(
      wholeNumber(10, 60_000),
      100,
      'when this process is kept waiting longer, new calls go to people',
    ),
    maxEarLagMs: setting(
      wholeNumber(40, 60_000),
      300,
      'when callers are heard later than this, new calls go to people',
    ),
  }),
  sounds: section({
    dir: setting(switchPathOrNone, '', "folder whose files engines may have played; '' for none"),
  }),
  speech: speechSection,
  engines: enginesShape,
  profiles: profilesShape,
  destinations: destinationsShape,
  transfer: transferSection,
  callsOut: callsOutSection,
  log: section({
    level: setting(oneOf('debug', 'info', 'warn', 'error', 'silent'), 'info', 'the least that is logged'),
    pretty: setting(flag, false, 'lines for people in place of JSON'),
  }),
})

/** Checked and merged, before what belongs together has been put together. */
export type Settings = Checked<typeof schema>

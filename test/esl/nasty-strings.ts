// Texts that want to be more than texts: what callers, channels and engines may put where a command is built. For properties
// on the embedded switch and on a real one.

import fc from 'fast-check'

/** What FreeSWITCH would expand; in two parts, as linters take the whole for a mistake. */
const DOLLAR = '$'

/** Each does something somewhere: in the Event Socket's lines, in api arguments, in lists, in expansion, in file names. */
export const PIECES: readonly string[] = [
  // lines and commands
  ...[
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\0',
    '\n\napi hupall\n\n',
    '\nEvent-UUID: x',
    '\nevent-lock: false',
    '\nContent-Length: 5',
  ],
  ...[
    '\n\nsendmsg\ncall-command: hangup\n\n',
    '%0a%0aexit%0a%0a',
    '%00',
    '\v',
    '\f',
    '\x1b[2J',
    '\x7f',
    '\u0085',
    '\u2028',
  ],
  // expansion
  ...[
    `${DOLLAR}{uuid}`,
    `${DOLLAR}{hupall()}`,
    `${DOLLAR}${DOLLAR}{domain}`,
    `${DOLLAR}{`,
    `${DOLLAR}\\{uuid}`,
    DOLLAR,
    '{',
    '}',
  ],
  ...[`\\${DOLLAR}{uuid}`, `${DOLLAR}1`, `${DOLLAR}{system(id)}`],
  // separators, quotes, escapes
  ...[
    ';',
    ';socket_resume=true',
    ',',
    '|',
    '=',
    ' ',
    '  ',
    '\t',
    "'",
    '"',
    '`',
    '\\',
    '\\\\',
    '\\;',
    "\\'",
    '\\n',
    '\\s',
  ],
  ...[
    '^^:',
    '^^;a=b',
    '^^',
    ':_:',
    '!',
    '&',
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
    '*',
    '#',
    '@',
    '@@8000',
    '::',
    '%',
    '%%',
    '%s%n',
  ],
  // words that commands know
  ...[
    'all',
    'start',
    'stop',
    '-both',
    '-bleg',
    ' XML evil',
    ' inline',
    'm:^:hangup',
    'none',
    '0',
    '-1',
    'true',
    '_undef_',
  ],
  ...[
    '{a=b}',
    '[a=b]',
    'silence_stream://-1',
    'file_string://',
    'http://x/',
    '../',
    '/etc/passwd',
    'system',
    'lua',
  ],
  // text
  ...[
    'x',
    '5000',
    'ü',
    'é',
    'ß',
    '日本',
    '👩‍👩‍👧',
    '\u202e',
    '\ufeff',
    'e\u0301',
    '\ud800',
    '\udc00',
    'ﬁ',
    'İ',
    'A'.repeat(300),
  ],
]

/** A text in which some of that stands, next to each other and next to anything at all. */
export const nasty: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 2, arbitrary: fc.stringMatching(/^[\w ./+-]{0,12}$/) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    ),
    { maxLength: 6 },
  )
  .map(parts => parts.join(''))

/** Mostly harmless, so that what is accepted is met as well as what is refused. */
export const numberLike: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[\w+*#][\w+*#.@:-]{0,20}$/),
  fc
    .tuple(fc.stringMatching(/^\+?\d{1,15}$/), fc.constantFrom('', ...PIECES))
    .map(([number, piece]) => number + piece),
  nasty,
)

export const digitsLike: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[0-9*#A-Dw]{1,20}$/),
  fc
    .tuple(fc.stringMatching(/^[0-9*#]{1,8}$/), fc.constantFrom(...PIECES))
    .map(([digits, piece]) => digits + piece),
  nasty,
)

export const pathLike: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^\/[\w.+@~/-]{1,30}$/),
  nasty.map(text => `/sounds/${text}`),
  nasty,
)

/** Channel variables, and what is none because of its name. */
export const variablesLike: fc.Arbitrary<Record<string, string>> = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.stringMatching(/^parley_[a-z_]{1,12}$/) },
        { weight: 1, arbitrary: nasty },
      ),
      nasty,
    ),
    { maxLength: 70 },
  )
  .map(entries => Object.fromEntries(entries))

// The token of the API where the configuration names none: made once, and kept where only the daemon's user can read it.

import { randomBytes } from 'node:crypto'
import type { Files } from '../lib/files.ts'
import { messageOf } from '../lib/message-of.ts'

const TOKEN_BYTES = 32
const ONLY_OURS = 0o600
/** An operator may have put their own there: no shorter than what nobody guesses, and no file of something else. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{16,512}$/

/** There is no token to be had; the message is one sentence for the operator. */
export class TokenUnusable extends Error {
  override name = 'TokenUnusable'
}

/** Rejects with TokenUnusable. Of several processes that start at once all have the same token. */
export async function readOrMakeToken(stateDir: string, files: Files): Promise<string> {
  const path = `${stateDir}/api-token`
  try {
    if (!(await files.exists(path))) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      await files.createFile(path, Buffer.from(`${token}\n`), ONLY_OURS)
    }
    const token = (await files.readFile(path)).toString('latin1').trim()
    if (TOKEN.test(token)) return token
  } catch (error) {
    throw new TokenUnusable(`The token of the API cannot be kept in ${path}: ${messageOf(error)}`, {
      cause: error,
    })
  }
  throw new TokenUnusable(`${path} holds no token of 16 to 512 characters; remove it to have one made.`)
}

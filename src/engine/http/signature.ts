// How a server knows that a request is ours, and recent.

import { createHmac } from 'node:crypto'

export const signatureHeader = 'X-Parley-Signature'

/** `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 with the secret over `<t>.<raw body>`. */
export function sign(body: string, secret: string, wallMs: number): string {
  const seconds = Math.floor(wallMs / 1_000)
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex')
  return `t=${seconds},v1=${digest}`
}

// SIP messages as bytes: their headers read, and whole ones written.

/** By their names in lower case; of those that come several times all, in their order. */
export type Headers = ReadonlyMap<string, readonly string[]>

export function headersOf(message: string): Headers {
  const headers = new Map<string, string[]>()
  for (const line of (message.split('\r\n\r\n')[0] ?? '').split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return headers
}

/** `lines`: the first one and the headers, but for those that tell of the body. */
export function sipMessage(lines: readonly string[], body: string, type: string): Buffer {
  const all = [...lines, ...(body === '' ? [] : [`Content-Type: ${type}`]), `Content-Length: ${body.length}`]
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n${body}`, 'latin1')
}

/** An offer of G.711 μ-law alone. */
export function sdpOf(host: string, rtpPort: number, mode: 'sendrecv' | 'sendonly'): string {
  const lines = [
    'v=0',
    `o=phone 1 ${Math.round(performance.now())} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
  ]
  const audio = [`m=audio ${rtpPort} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', 'a=ptime:20']
  return [...lines, ...audio, `a=${mode}`, ''].join('\r\n')
}

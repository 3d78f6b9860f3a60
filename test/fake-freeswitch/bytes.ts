// Text of a channel is bytes to a switch: here a string with one character per byte (Latin-1), as in the
// frame decoder.

/** The bytes of a text in UTF-8. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

// What FreeSWITCH's switch_url_encode escapes; a comma, a slash and a tilde stay, and, seen on a real one, a `%` before two
// hexadecimal digits in upper case: whoever decodes it cannot tell `%20` from a space.
const UNSAFE = /[^\x21-\x7e]|%(?![0-9A-F]{2})|["#&+:;<=>?@[\\\]^`{|}]/g

/** Encodes a value the way FreeSWITCH does for channel data and plain events. */
export function encodeUrl(bytes: string): string {
  return bytes.replace(UNSAFE, one => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

// G.711, the telephone network's 8-bit codes for 16-bit samples, by tables that are made once from the rule in the standard.

export type Law = 'mu-law' | 'a-law'

interface Tables {
  toLinear: Int16Array
  /** Indexed by the sample's 16 bits taken as an unsigned number. */
  toCode: Uint8Array
}

const MU_LAW_BIAS = 0x84

const tables: Record<Law, Tables> = {
  'mu-law': makeTables(muLawToLinear, linearToMuLaw),
  'a-law': makeTables(aLawToLinear, linearToALaw),
}

export function decodeG711(codes: Uint8Array, law: Law): Int16Array {
  const { toLinear } = tables[law]
  const samples = new Int16Array(codes.length)
  for (let i = 0; i < codes.length; i++) samples[i] = toLinear[codes[i] ?? 0] ?? 0
  return samples
}

export function encodeG711(samples: Int16Array, law: Law): Uint8Array {
  const { toCode } = tables[law]
  const codes = new Uint8Array(samples.length)
  for (let i = 0; i < samples.length; i++) codes[i] = toCode[(samples[i] ?? 0) & 0xffff] ?? 0
  return codes
}

function makeTables(decode: (code: number) => number, encode: (sample: number) => number): Tables {
  const toLinear = Int16Array.from({ length: 256 }, (_, code) => decode(code))
  const toCode = Uint8Array.from({ length: 65_536 }, (_, bits) => encode((bits << 16) >> 16))
  return { toLinear, toCode }
}

function muLawToLinear(code: number): number {
  const bits = ~code & 0xff
  const magnitude = ((((bits & 0x0f) << 3) + MU_LAW_BIAS) << ((bits & 0x70) >> 4)) - MU_LAW_BIAS
  return bits & 0x80 ? -magnitude : magnitude
}

function linearToMuLaw(sample: number): number {
  const mask = sample < 0 ? 0x7f : 0xff
  const magnitude = MU_LAW_BIAS + Math.abs(sample)
  const segment = segmentOf(magnitude)
  if (segment > 7) return 0x7f ^ mask
  return ((segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) ^ mask
}

function aLawToLinear(code: number): number {
  const bits = code ^ 0x55
  const segment = (bits & 0x70) >> 4
  const step = (bits & 0x0f) << 4
  const magnitude = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1)
  return bits & 0x80 ? magnitude : -magnitude
}

function linearToALaw(sample: number): number {
  const mask = sample < 0 ? 0x55 : 0xd5
  const magnitude = sample < 0 ? -sample - 1 : sample
  const segment = segmentOf(magnitude)
  const shift = segment === 0 ? 4 : segment + 3
  return ((segment << 4) | ((magnitude >> shift) & 0x0f)) ^ mask
}

/** 0 for magnitudes up to 255, then one more for each doubling. */
function segmentOf(magnitude: number): number {
  return 24 - Math.clz32(magnitude | 0xff)
}

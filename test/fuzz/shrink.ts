// A smaller input with the same fault: stretches are taken out as long as it stays (Zeller's ddmin, without complements).

/** `fails`: whether this input has the fault. Stops when nothing more can go, or at `untilMs` on performance.now's line. */
export async function shrink(
  input: Buffer,
  fails: (candidate: Buffer) => Promise<boolean>,
  untilMs: number,
): Promise<Buffer> {
  let smallest = input
  for (let length = Math.ceil(input.length / 2); length >= 1; ) {
    let shorter = false
    for (let at = 0; at < smallest.length; ) {
      if (performance.now() > untilMs) return smallest
      const candidate = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + length)])
      if (await fails(candidate)) {
        smallest = candidate
        shorter = true
      } else at += length
    }
    if (length === 1 && !shorter) break
    if (length > 1) length = Math.ceil(length / 2)
  }
  return smallest
}

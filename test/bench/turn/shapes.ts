// Pictures of rectangles and short texts: as SVG, and as PNG for whoever can look only at pixels.

import { crc32, deflateSync } from 'node:zlib'

/** Colours as #rrggbb. `anchor`: which part of a text is at `x`. */
export type Shape =
  | { x: number; y: number; width: number; height: number; colour: string; title?: string }
  | { x: number; y: number; text: string; colour: string; anchor?: 'middle' }

export interface Picture {
  width: number
  height: number
  shapes: readonly Shape[]
}

const FONT_PX = 12

export function svgOf({ width, height, shapes }: Picture): string {
  const lines = shapes.map(shape => {
    if (!('text' in shape)) {
      const { x, y, width: w, height: h, colour, title } = shape
      const tip = title === undefined ? '' : `<title>${escaped(title)}</title>`
      return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${colour}">${tip}</rect>`
    }
    const { x, y, text, colour, anchor } = shape
    const at = anchor ? ` text-anchor="${anchor}"` : ''
    return `<text x="${x}" y="${y}" fill="${colour}"${at}>${escaped(text)}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    ` font-family="sans-serif" font-size="${FONT_PX}">`,
    `<rect width="100%" height="100%" fill="white"/>${lines.join('\n')}</svg>\n`,
  ].join('')
}

export function pngOf({ width, height, shapes }: Picture): Buffer {
  // Each line begins with the number of its filter: none.
  const stride = 1 + width * 3
  const pixels = Buffer.alloc(stride * height, 255)
  for (let y = 0; y < height; y++) pixels[y * stride] = 0
  const fill = (x0: number, y0: number, x1: number, y1: number, colour: string) => {
    const rgb = Number.parseInt(colour.slice(1), 16)
    for (let y = Math.max(0, Math.round(y0)); y < Math.min(height, Math.round(y1)); y++)
      for (let x = Math.max(0, Math.round(x0)); x < Math.min(width, Math.round(x1)); x++)
        pixels.writeUIntBE(rgb, y * stride + 1 + x * 3, 3)
  }
  for (const shape of shapes) {
    const { x, y, colour } = shape
    if (!('text' in shape)) fill(x, y, x + shape.width, y + shape.height, colour)
    else {
      const left = shape.anchor === 'middle' ? x - (shape.text.length * ADVANCE) / 2 : x
      for (const [at, character] of [...shape.text].entries())
        dots(character, (dx, dy) => {
          const px = Math.round(left) + at * ADVANCE + dx
          fill(px, y - GLYPH_HEIGHT + dy, px + 1, y - GLYPH_HEIGHT + dy + 1, colour)
        })
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits each of red, green and blue
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

const GLYPH_HEIGHT = 9
const ADVANCE = 7
/** Five columns of seven dots for each character, the lowest bit on top. */
const GLYPHS: Readonly<Record<string, string>> = Object.fromEntries(
  `( 001c224100|) 0041221c00|, 0050300000|- 0808080808|. 0060600000|/ 2010080402|: 0036360000|% 2313086462
0 3e5149453e|1 00427f4000|2 4261514946|3 2141454b31|4 1814127f10|5 2745454539|6 3c4a494930|7 0171090503
8 3649494936|9 064949291e|A 7e1111117e|B 7f49494936|C 3e41414122|D 7f4141221c|E 7f49494941|F 7f09090901
G 3e4149497a|H 7f0808087f|I 00417f4100|J 2040413f01|K 7f08142241|L 7f40404040|M 7f020c027f|N 7f0408107f
O 3e4141413e|P 7f09090906|Q 3e4151215e|R 7f09192946|S 4649494931|T 01017f0101|U 3f4040403f|V 1f2040201f
W 3f4038403f|X 6314081463|Y 0708700807|Z 6151494543|a 2054545478|b 7f48444438|c 3844444420|d 384444487f
e 3854545418|f 087e090102|g 0c5252523e|h 7f08040478|i 00447d4000|j 2040443d00|k 7f10284400|l 00417f4000
m 7c04180478|n 7c08040478|o 3844444438|p 7c14141408|q 081414187c|r 7c08040408|s 4854545420|t 043f444020
u 3c4040407c|v 1c2040201c|w 3c4030403c|x 4428102844|y 0c5050503c|z 4464544c44`
    .split(/[|\n]/)
    .map(one => one.split(' ') as [string, string]),
)

function dots(character: string, draw: (x: number, y: number) => void): void {
  const columns = GLYPHS[character] ?? ''
  for (let x = 0; x * 2 < columns.length; x++) {
    const column = Number.parseInt(columns.slice(x * 2, x * 2 + 2), 16)
    for (let y = 0; y < 7; y++) if (column & (1 << y)) draw(x, y + 1)
  }
}
